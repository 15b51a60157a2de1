package config

import (
	"net/url"
	"slices"
	"time"
)

func (n *notes) checkMonitor(h *Host, path string, check func(string, time.Duration) error) {
	if h.Monitor == "" {
		n.checkUnmonitored(h, path)
		return
	}
	if n.hasFaultAt(path+".monitor") || n.hasFaultAt(path+".monitor_interval") {
		return
	}
	u, err := url.Parse(h.Monitor)
	if _, set := userOf(u).Password(); err == nil && set && n.places[path+".monitor"].where == "" {
		n.fault(path+".monitor", "monitor: a password does not stand in the file itself; write monitor_password: ${NAME} and set that variable")
		return
	}
	if err := check(h.Monitor, h.MonitorInterval); err != nil {
		n.fault(path+".monitor", "%v", err)
	}
	if slices.Contains(h.MonitorDatabases, "") {
		n.fault(path+".monitor_databases", "monitor_databases: a database has a name")
	}
	if h.Mode == Off {
		n.warn(path+".monitor", "host %s is off, so nobody knows what its sessions delete: the monitor tells how large tables are and finds nothing deleted behind holdfast", h.Name)
	}
}

// checkUnmonitored notes keys that do nothing without a monitor.
func (n *notes) checkUnmonitored(h *Host, path string) {
	for _, key := range []string{".monitor_password", ".monitor_interval", ".monitor_databases"} {
		if _, said := n.places[path+key]; said && !n.hasFaultAt(path+key) && !n.hasFaultAt(path+".monitor") {
			n.fault(path+key, "%s: host %s has no monitor; write its URL too", key[1:], h.Name)
		}
	}
}

func userOf(u *url.URL) *url.Userinfo {
	if u == nil {
		return nil
	}
	return u.User
}
