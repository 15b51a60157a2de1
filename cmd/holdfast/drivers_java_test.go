package main_test

import (
	"os"
	"os/exec"
	"testing"
)

// jdbcJar is where Debian's libpostgresql-jdbc-java puts the driver.
const jdbcJar = "/usr/share/java/postgresql.jar"

// On the newest server only: a start of Java and two time limits, which pgjdbc
// counts in whole seconds, make more than a few seconds for each version.
func TestDriverJDBC(t *testing.T) {
	java, javac := needs(t, "java"), needs(t, "javac")
	if _, err := os.Stat(jdbcJar); err != nil {
		missing(t, "pgjdbc")
	}
	classes := t.TempDir()
	build(t, javac, append([]string{"-cp", jdbcJar, "-d", classes}, sources(t, "java/jdbc/*.java")...)...)
	onNewest(t, nil, func(t *testing.T, s scene) {
		url := "jdbc:postgresql://" + s.hf.Listen + "/" + s.db + "?user=postgres"
		driver(t, s, 18, exec.Command(java, "-cp", classes+":"+jdbcJar, "Main", url))
	})
}
