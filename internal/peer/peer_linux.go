package peer

import "golang.org/x/sys/unix"

// uidOf asks the kernel: SO_PEERCRED, unix(7).
func uidOf(fd int) (uint32, error) {
	cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return 0, err
	}
	return cred.Uid, nil
}
