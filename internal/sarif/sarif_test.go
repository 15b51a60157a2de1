package sarif_test

import (
	"testing"

	"github.com/holdfast-db/holdfast/internal/sarif"
)

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		text string
		want sarif.Region
	}{
		{"", sarif.Region{StartLine: 3, StartColumn: 5, EndLine: 3, EndColumn: 5}},
		{"DROP é;", sarif.Region{StartLine: 3, StartColumn: 5, EndLine: 3, EndColumn: 12}},
		{"DROP\r\n t;", sarif.Region{StartLine: 3, StartColumn: 5, EndLine: 4, EndColumn: 4}},
		{"\xff\n", sarif.Region{StartLine: 3, StartColumn: 5, EndLine: 4, EndColumn: 1}},
	} {
		if got := sarif.Span(3, 5, []byte(c.text)); got != c.want {
			t.Errorf("%q: got %+v, want %+v", c.text, got, c.want)
		}
	}
}

func TestURI(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"a.sql", "a.sql"},
		{"./m/../m/a b%.sql", "m/a%20b%25.sql"},
		{"/srv/shop/m/ä.sql", "m/%C3%A4.sql"},
		{"../other/a.sql", "file:///srv/other/a.sql"},
		{"/etc/a.sql", "file:///etc/a.sql"},
		{"a:b.sql", "./a:b.sql"}, // a: would be a scheme
	} {
		if got := sarif.URI("/srv/shop", c.name); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}
