package proxy

import "fmt"

const (
	// perClient is the descriptors of a client that logs in or is logged in: its
	// connection and the one to the server.
	perClient = 2

	// ownDescriptors are those of holdfast itself: listeners, store, record, log and
	// the control socket with its callers.
	ownDescriptors = 128

	// fewestSessions is the least that is worth starting for.
	fewestSessions = 10
)

// maxStrangers is maxGreeting, and less where few descriptors are to be had.
func maxStrangers(limit int) int {
	if limit == 0 {
		return maxGreeting
	}
	return min(maxGreeting, limit/8)
}

// aside is what is needed besides the sessions: strangers, and CancelRequests, of
// which those under way have two descriptors.
func aside(limit, hosts int) int {
	return ownDescriptors + maxStrangers(limit) + hosts*2*(2*maxCancels+maxCancelsWaiting)
}

// fitDescriptors fits MaxSessions into the limit on open files, so that no flood of
// clients can use up the descriptors that logged-in users, the store and the record
// need. A number that was asked for is not changed: then it is an error. limit 0 is
// not known.
func (o *Options) fitDescriptors(limit int, asked bool) error {
	besides := aside(limit, len(o.Hosts))
	need := perClient*o.MaxSessions + besides
	if limit == 0 || need <= limit {
		return nil
	}
	fits := (limit - besides) / perClient
	if asked || fits < fewestSessions {
		return fmt.Errorf("making a proxy: %d sessions need %d open files, and the limit is %d: raise it (ulimit -n, or LimitNOFILE of systemd)",
			o.MaxSessions, need, limit)
	}
	o.Log.Warn().Int("open_files", limit).Int("needed", need).Int("sessions", fits).Int("default", o.MaxSessions).
		Msg("the limit on open files allows fewer sessions than usual; raise it with ulimit -n, or LimitNOFILE of systemd")
	o.MaxSessions = fits
	return nil
}
