//go:build unix

package proxy

import (
	"math"
	"syscall"
)

// openFileLimit is how many descriptors this process may have: RLIMIT_NOFILE, whose
// soft limit Go raises to the hard one at the start. 0 is not known.
func openFileLimit() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return int(min(uint64(limit.Cur), math.MaxInt32))
}
