package config

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
)

// socketName is the name of the socket in a folder that was given as an address:
// the one that psql looks for under its default port.
const socketName = ".s.PGSQL.5432"

// parseListen reads an address where clients connect: host:port, unix:/PATH, or
// an absolute path, which is a folder unless its last part is named as the
// sockets of Postgres are. It returns host:port or unix:/PATH.
func parseListen(text string) (string, error) {
	path, isUnix := strings.CutPrefix(text, "unix:")
	switch {
	case isUnix && !filepath.IsAbs(path):
		return "", errors.New("the path behind unix: begins with a slash, as in unix:/run/holdfast/.s.PGSQL.6432")
	case isUnix:
		return listenUnix(filepath.Clean(path))
	case filepath.IsAbs(text) && strings.HasPrefix(filepath.Base(text), ".s.PGSQL."):
		return listenUnix(filepath.Clean(text))
	case filepath.IsAbs(text):
		return listenUnix(filepath.Join(text, socketName))
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return "", fmt.Errorf("%q is no address; write HOST:PORT, :PORT or unix:/PATH", text)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("%q is no port; write a number from 0 to 65535", port)
	}
	return net.JoinHostPort(host, port), nil
}

func listenUnix(path string) (string, error) {
	if len(path) > maxSocketPath {
		return "", fmt.Errorf("%q has %d bytes, and the path of a Unix socket has room for %d", path, len(path), maxSocketPath)
	}
	return "unix:" + path, nil
}

// addresses maps where hosts listen to the name of the host.
type addresses map[string]string

// take gives an address to a host, or says who has it. Port 0 is never taken:
// the system chooses one. Every address of a port is taken by a wildcard.
func (a addresses) take(addr, host string) (by string, clash bool) {
	name, port, err := net.SplitHostPort(addr)
	if err != nil || strings.HasPrefix(addr, "unix:") {
		by, clash = a[addr]
	} else if p, _ := strconv.Atoi(port); p == 0 {
		return "", false
	} else {
		addr = net.JoinHostPort(plainHost(name), strconv.Itoa(p))
		by, clash = a.onPort(plainHost(name), strconv.Itoa(p))
	}
	if !clash {
		a[addr] = host
	}
	return by, clash
}

func (a addresses) onPort(name, port string) (by string, clash bool) {
	for addr, host := range a {
		n, p, err := net.SplitHostPort(addr)
		if err == nil && p == port && (n == name || n == "*" || name == "*") {
			return host, true
		}
	}
	return "", false
}

// plainHost gives the spellings of one address one form, and every wildcard "*".
func plainHost(name string) string {
	ip := net.ParseIP(name)
	switch {
	case name == "" || (ip != nil && ip.IsUnspecified()):
		return "*"
	case ip != nil:
		return ip.String()
	}
	return strings.ToLower(name)
}
