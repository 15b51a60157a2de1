package sarif

import (
	"net/url"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Span is the region of a text that begins at a line and column.
func Span(line, column int, text []byte) Region {
	r := Region{StartLine: line, StartColumn: column, EndLine: line, EndColumn: column}
	for len(text) > 0 {
		c, n := utf8.DecodeRune(text)
		text = text[n:]
		r.EndColumn++
		if c == '\n' {
			r.EndLine++
			r.EndColumn = 1
		}
	}
	return r
}

// URI is the reference to a file: relative to a working folder where the file lies
// below it, so that it means the same on every machine, and absolute elsewhere.
func URI(folder, name string) string {
	if !filepath.IsAbs(name) {
		name = filepath.Join(folder, name)
	}
	relative, err := filepath.Rel(folder, name)
	if err == nil && filepath.IsLocal(relative) {
		u := url.URL{Path: filepath.ToSlash(relative)}
		return u.String()
	}
	path := filepath.ToSlash(name)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // behind it stands a drive
	}
	u := url.URL{Scheme: "file", Path: path}
	return u.String()
}
