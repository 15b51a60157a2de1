package main

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/proxy"
)

// greet says once that holdfast is ready: where it listens, how to connect and
// how holds are answered. A log gets the same as events.
func (a *app) greet(p *parts) {
	l, s := a.logger(), p.proxy.Status()
	if !a.err.terminal {
		logReady(l, p, s)
		return
	}
	fmt.Fprintf(a.err, "\nholdfast %s is ready\n\n", versionText())
	for i, h := range s.Hosts {
		fmt.Fprintf(a.err, "  %s%s  %s\n", a.err.paint(bold, escape(h.Name)), a.environment(h.Environment), modeText(h.Mode)+rulesText(p.config.RulesFor(p.config.Hosts[i])))
		for _, line := range fold(fmt.Sprintf("%s to %s, sslmode %s", strings.Join(h.Listen, ", "), h.Server, h.SSLMode), a.err.width-4) {
			fmt.Fprintln(a.err, "    "+line)
		}
		for _, line := range psqlLines(h, p.config.Hosts[i]) {
			fmt.Fprintln(a.err, "    "+line)
		}
	}
	name := "holdfast"
	if !slices.Contains(config.SocketCandidates(a.in), p.config.Socket) {
		name += " --socket " + p.config.Socket
	}
	fmt.Fprintf(a.err, "\n  Answer holds with\n    %s holds\n    %s approve ID, or deny ID\n", name, name)
	if p.web != nil {
		fmt.Fprintf(a.err, "  or in a browser at %s; a link that signs in:\n    %s console login\n", escape(p.web.URL()), name)
	}
	fmt.Fprintln(a.err)
	for _, text := range []string{"Who may answer: " + answerers(p.config.People), counting} {
		for _, line := range fold(escape(text), a.err.width-2) {
			fmt.Fprintln(a.err, "  "+line)
		}
	}
	fmt.Fprintln(a.err)
}

// rulesText is how many rules of the file can match on a host.
func rulesText(n int) string {
	if n == 0 {
		return ""
	}
	return ", " + ruleCount(n)
}

func (a *app) environment(name string) string {
	if name == "" {
		return ""
	}
	return "  " + a.err.paint(environmentStyle(name), strings.ToUpper(escape(name)))
}

func logReady(l zerolog.Logger, p *parts, s proxy.Status) {
	for i, h := range s.Hosts {
		l.Info().Str("host", h.Name).Str("mode", h.Mode).Int("rules", p.config.RulesFor(p.config.Hosts[i])).Strs("listen", h.Listen).Str("server", h.Server).
			Str("sslmode", h.SSLMode).Strs("connect", psqlLines(h, p.config.Hosts[i])).Msg("listening")
	}
	if len(p.config.People) == 0 {
		l.Warn().Str("identity", "unverified").Msg("no people in the configuration: anybody who can open the control socket may answer holds")
	}
	l.Warn().Msg(counting)
	if p.web != nil {
		l.Info().Str("url", p.web.URL()).Msg("the web console listens")
	}
	l.Info().Str("version", versionText()).Str("socket", p.config.Socket).Str("control", p.config.Control).
		Str("audit", p.config.Audit).Msg("ready")
}

// answerers is who may answer at all; each host may want less.
func answerers(people []config.Person) string {
	var names []string
	for _, p := range people {
		names = append(names, p.Name)
	}
	return whoAnswers(names)
}

// psqlLines are the commands with which a client on this machine connects.
func psqlLines(h proxy.HostStatus, c config.Host) []string {
	who := ""
	if server, err := proxy.ParseUpstream(c.Server); err == nil {
		for _, v := range [][2]string{{"dbname", server.Database}, {"user", server.User}} {
			if v[1] != "" {
				who += " " + v[0] + "=" + v[1]
			}
		}
	}
	var lines []string
	for _, address := range h.Listen {
		if at := connectTo(address); at != "" {
			lines = append(lines, `psql "`+at+who+`"`)
		}
	}
	return lines
}

// connectTo is where libpq finds an address that is listened on; empty for a
// socket whose name libpq would not look for.
func connectTo(address string) string {
	if path, ok := strings.CutPrefix(address, "unix:"); ok || filepath.IsAbs(address) {
		if !ok {
			path = address
		}
		port, ok := strings.CutPrefix(filepath.Base(path), ".s.PGSQL.")
		if !ok {
			return ""
		}
		return "host=" + filepath.Dir(path) + " port=" + port
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return "host=" + host + " port=" + port
}
