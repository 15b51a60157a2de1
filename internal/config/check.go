package config

import (
	"path/filepath"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

// check looks at a complete configuration as a whole.
func (n *notes) check(c *Config, checks Checks) {
	n.console = c.Console.Listen != ""
	n.oidc = n.console && c.Console.OIDC != nil
	n.slack = c.Slack != nil && !c.Slack.Strict
	n.checkControl(c.Control, checks.Control)
	n.checkSocketPath("socket", c.Socket)
	n.checkTrace(&c.Trace)
	n.checkPeople(c.People)
	n.checkPasswords(c.People, checks.Password)
	n.checkTokens(c.People, checks.Token)
	n.checkGroups(c)
	n.checkSharedUsers(c)
	n.checkHosts(c, checks.Server)
	n.checkRules(c)
	n.checkVolume(&c.Volume)
	n.checkConsole(c, checks.Console)
	n.checkSlack(c)
	n.checkWebhook(c)
}

// resolvePaths makes paths absolute: those of a file count from its folder, so
// that it means the same wherever holdfast is started; those of flags and
// variables from the working directory.
func (n *notes) resolvePaths(c *Config, dir string) {
	if c.File != "" && !filepath.IsAbs(c.File) {
		c.File = filepath.Join(dir, c.File)
	}
	resolve := func(path string, v *string) {
		base := filepath.Dir(c.File)
		if n.places[path].where != "" || c.File == "" {
			base = dir
		}
		if *v != "" && !filepath.IsAbs(*v) {
			*v = filepath.Join(base, *v)
		}
	}
	resolve("audit", &c.Audit)
	resolve("socket", &c.Socket)
	resolve("trace.dir", &c.Trace.Dir)
	if t := c.Console.TLS; t != nil {
		resolve("console", &t.Cert)
		resolve("console", &t.Key)
	}
	for i := range c.Hosts {
		if t := c.Hosts[i].TLS; t != nil {
			resolve("tls", &t.Cert)
			resolve("tls", &t.Key)
			resolve("tls", &t.ClientCA)
		}
	}
}

func (n *notes) checkControl(control string, check func(string) error) {
	if n.hasFaultAt("control") {
		return
	}
	if err := check(control); err != nil {
		n.fault("control", "%v", err)
	}
}

// maxSocketPath is what the system can hold of the path of a Unix socket, with
// the zero byte behind it taken off: 107 bytes on Linux.
const maxSocketPath = len(syscall.RawSockaddrUnix{}.Path) - 1

func (n *notes) checkSocketPath(path, socket string) {
	if len(socket) > maxSocketPath {
		n.fault(path, "%s: %q has %d bytes, and the path of a Unix socket has room for %d; choose a shorter folder",
			nameOf(path), socket, len(socket), maxSocketPath)
	}
}

// maxName bounds names of hosts, people and groups in letters, so that a table
// of them stays readable; it is Postgres's own bound for names.
const maxName = 63

// checkName refuses names that would move or hide text where they are shown.
func (n *notes) checkName(path, what, name string) {
	bad := strings.IndexFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError })
	switch {
	case n.hasFaultAt(path):
	case name == "":
		n.fault(path, "%s has no name", what)
	case bad >= 0:
		n.fault(path, "%s: %q has a character that cannot be shown", what, name)
	case utf8.RuneCountInString(name) > maxName:
		n.fault(path, "%s: %q is longer than %d letters", what, name, maxName)
	case strings.TrimSpace(name) != name:
		n.fault(path, "%s: %q begins or ends with a blank", what, name)
	}
}
