// Package peer says who is at the other end of a Unix socket: the OS user, as the
// kernel has it of the moment of connecting. It knows no protocol.
package peer

import (
	"os/user"
	"strconv"
)

// User is the name of a user of this machine. A number that has none (its account was
// deleted, or it comes from a container) stays a number, in a form that no account
// has. It may ask a directory service, and wait for it.
func User(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	u, err := user.LookupId(id)
	if err != nil {
		return "uid " + id
	}
	return u.Username
}
