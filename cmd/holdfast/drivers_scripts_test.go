package main_test

import (
	"fmt"
	"os/exec"
	"testing"
)

func TestDriverDBDPg(t *testing.T) {
	perl := runtimeWith(t, "perl", "DBD::Pg", "-MDBD::Pg", "-e", "1")
	each(t, nil, func(t *testing.T, s scene) {
		dsn := fmt.Sprintf("dbi:Pg:dbname=%s;host=%s;port=%d;user=postgres", s.db, s.hf.Host, s.hf.Port)
		driver(t, s, 11, exec.Command(perl, example(t, "perl/dbd-pg/session.pl"), dsn))
	})
}

func TestDriverRuby(t *testing.T) {
	ruby := runtimeWith(t, "ruby", "pg", "-r", "pg", "-e", "1")
	each(t, nil, func(t *testing.T, s scene) {
		driver(t, s, 10, exec.Command(ruby, example(t, "ruby/pg/session.rb"), s.hf.URL(s.db)))
	})
}

func TestDriverPDO(t *testing.T) {
	php := runtimeWith(t, "php", "PDO with pgsql", "-r", "exit(extension_loaded('pdo_pgsql') ? 0 : 1);")
	each(t, nil, func(t *testing.T, s scene) {
		dsn := fmt.Sprintf("pgsql:host=%s;port=%d;dbname=%s;user=postgres", s.hf.Host, s.hf.Port, s.db)
		driver(t, s, 11, exec.Command(php, example(t, "php/pdo/session.php"), dsn))
	})
}
