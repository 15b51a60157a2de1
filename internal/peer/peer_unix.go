//go:build linux || darwin

package peer

import "net"

// UID is the user who opened the connection to a Unix socket, as the kernel has it.
func UID(c *net.UnixConn) (uid uint32, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var asked error
	if err := raw.Control(func(fd uintptr) { uid, asked = uidOf(int(fd)) }); err != nil {
		return 0, err
	}
	return uid, asked
}
