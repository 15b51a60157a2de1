package config

import (
	"fmt"
	"slices"
	"strings"
)

func (n *notes) checkHosts(c *Config, checks Checks) {
	if len(c.Hosts) == 0 {
		n.fault("hosts", "hosts is empty: list at least one, with name, listen and server")
	}
	if c.File == "" && len(c.Hosts[0].Listen) == 0 && c.Hosts[0].Server == "" {
		n.faultAt(place{}, "nothing to serve: give --config FILE, or --listen ADDR and --server URL")
		return
	}
	names, taken := map[string]int{}, addresses{}
	for i := range c.Hosts {
		h, path := &c.Hosts[i], fmt.Sprintf("hosts[%d]", i)
		if n.hasFaultAt(path) {
			continue // not read at all, and that was said
		}
		n.checkName(path+".name", "a host", h.Name)
		n.unique(names, h.Name, i, path+".name", "the host %q is listed twice; give each its own name")
		n.checkListen(h, path, taken)
		n.checkServer(h, path+".server", checks.Server)
		n.checkMonitor(h, path, checks.Monitor)
		n.checkTLS(h.TLS, path+".tls")
		n.checkMode(h, path)
		n.checkWord(path+".unknown_requester", h.UnknownRequester, OneMore, Same)
		n.checkWord(path+".self_confirm", h.SelfConfirm, "", Typed)
		n.checkSessions(path, h.Banner, h.Idle)
		if n.given(path + ".holds.client_mode") {
			n.checkWord(path+".holds.client_mode", h.Holds.ClientMode, Allow, Refuse)
		}
		n.checkReviewers(c, i)
	}
}

func (n *notes) checkListen(h *Host, path string, taken addresses) {
	if len(h.Listen) == 0 && !n.hasFaultAt(path+".listen") {
		n.missing(path, h, "listen", "say where clients connect, such as 127.0.0.1:6432")
	}
	for j, text := range h.Listen {
		at := fmt.Sprintf("%s.listen[%d]", path, j)
		if n.hasFaultAt(at) {
			continue
		}
		addr, err := parseListen(text)
		if err != nil {
			n.fault(at, "listen: %v", err)
			continue
		}
		if by, clash := taken.take(addr, h.Name); clash {
			n.fault(at, "listen: %s is taken by the host %q already", text, by)
		}
		h.Listen[j] = addr
	}
}

// missing notes a key without which there is no host.
func (n *notes) missing(path string, h *Host, key, what string) {
	if n.file == "" {
		n.faultAt(place{where: "--" + key}, "is missing; %s", what)
		return
	}
	n.fault(path, "host %q has no %s; %s", h.Name, key, what)
}

func (n *notes) checkServer(h *Host, path string, check func(string) error) {
	switch {
	case n.hasFaultAt(path):
	case h.Server == "":
		n.missing(strings.TrimSuffix(path, ".server"), h, "server", "say which server is behind it, such as postgres://db.example.com:5432")
	default:
		if err := check(h.Server); err != nil {
			n.fault(path, "%v", err)
		}
	}
}

// checkWord notes a value that is none of the words; an empty one among them stands for
// the key left out.
func (n *notes) checkWord(path, value string, words ...string) {
	if slices.Contains(words, value) || n.hasFaultAt(path) {
		return
	}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	n.fault(path, "%s: %q is not %s%s", nameOf(path), value, strings.Join(words, " or "), hint(nearest(value, words)))
}

func (n *notes) checkMode(h *Host, path string) {
	switch h.Mode {
	case Enforce, Off:
	case Observe:
		if _, said := n.places[path+".mode"]; !said {
			n.warn(path, "host %s has no mode, so it is in observe: nothing is held; write mode: enforce once you have watched it", h.Name)
		}
	default:
		modes := []string{string(Enforce), string(Observe), string(Off)}
		n.fault(path+".mode", "mode: %q is none of enforce, observe and off%s", h.Mode, hint(nearest(string(h.Mode), modes)))
	}
}
