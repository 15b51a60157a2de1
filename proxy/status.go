package proxy

import "sync/atomic"

// stats counts what happened on one host since the start.
type stats struct {
	sessions, held                             atomic.Int64
	statements, notCounted, wouldHold, refused atomic.Uint64
}

// Status is what a Server is doing.
type Status struct {
	Hosts []HostStatus `json:"hosts"`
}

// HostStatus is what happens on one host. The counters begin at the start of the
// process.
type HostStatus struct {
	Name        string   `json:"name"`
	Environment string   `json:"environment,omitempty"`
	Mode        string   `json:"mode"`
	Listen      []string `json:"listen"` // as bound
	Server      string   `json:"server"`
	SSLMode     string   `json:"sslmode"`
	Sessions    int      `json:"sessions"` // logged in now
	Held        int      `json:"held"`     // waiting for an answer now

	Statements uint64 `json:"statements"`  // looked at
	NotCounted uint64 `json:"not_counted"` // let through although they may destroy rows that nobody counted
	WouldHold  uint64 `json:"would_hold"`  // let through in observe mode
	Refused    uint64 `json:"refused"`     // by the policy, without asking
}

// Status is safe to call at any time.
func (s *Server) Status() Status {
	var out Status
	for _, h := range s.hosts {
		out.Hosts = append(out.Hosts, HostStatus{
			Name: h.Name, Environment: h.Environment, Mode: h.Mode.String(),
			Listen: h.addresses(), Server: h.Server.Address(), SSLMode: h.Server.SSLMode(),
			Sessions: int(h.stats.sessions.Load()), Held: int(h.stats.held.Load()),
			Statements: h.stats.statements.Load(), NotCounted: h.stats.notCounted.Load(),
			WouldHold: h.stats.wouldHold.Load(), Refused: h.stats.refused.Load(),
		})
	}
	return out
}
