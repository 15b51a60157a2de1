package store

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
)

// Path is the file that a control URL names. It is absolute, and has no host, no
// user and no options: what a URL has beyond its path would be ignored silently.
func Path(control string) (string, error) {
	u, err := url.Parse(control)
	if err != nil {
		// url.Parse quotes the whole URL, which may have a password.
		return "", errors.New("the control URL cannot be read; it looks like sqlite:///var/lib/holdfast/holdfast.db")
	}
	switch u.Scheme {
	case "sqlite":
	case "postgres", "postgresql":
		return "", errors.New("a control store in PostgreSQL is not in this version; use sqlite:///var/lib/holdfast/holdfast.db")
	default:
		return "", fmt.Errorf("the control URL has the scheme %q; use sqlite:///var/lib/holdfast/holdfast.db", u.Scheme)
	}
	if u.Host != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return "", errors.New("the control URL has more than a path; it needs three slashes and no options: sqlite:///var/lib/holdfast/holdfast.db")
	}
	if !filepath.IsAbs(u.Path) || filepath.Clean(u.Path) != u.Path || u.Path == "/" {
		return "", fmt.Errorf("the control URL's path %q is not the absolute path of a file", u.Path)
	}
	return u.Path, nil
}
