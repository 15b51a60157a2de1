package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/rules"
)

// FuzzParse feeds the decoder any bytes: it must return without a
// panic, and say why when it could not read them.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/faults/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(whole))
	policies, _ := filepath.Glob("../../examples/policies/*.yaml")
	for _, file := range policies {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(strings.Repeat("[", 10000)))
	f.Add([]byte(strings.Repeat("- ", 10000)))
	f.Add([]byte(strings.Repeat("? ", 10000)))
	f.Add([]byte("a: !!binary |\n  x\n? {a: b}\n: c\n<<: *x\n"))
	drop := rules.NewReader(rules.ReaderOptions{}).Read([]byte("DROP TABLE a.b; DELETE FROM c"), rules.Settings{})
	f.Fuzz(func(t *testing.T, text []byte) {
		c, n := parse("fuzz.yaml", text)
		if n.unreadable && len(n.faults) == 0 {
			t.Fatal("unreadable, and nothing says why")
		}
		if !n.unreadable {
			fillDefaults(c, nobody(nil))
			for i := range c.Hosts {
				c.Hosts[i].TLS = nil // no file of this machine is opened
			}
			n.check(c, checks)
			if len(n.faults) == 0 {
				p := c.NewPolicy(time.Now)
				p.Judge(rules.Origin{Host: "a"}, drop, nil)
			}
		}
		_ = n.faults.inOrder().Error()
	})
}
