//go:build unix && !linux

package proxy

import "syscall"

// readNow reads what there is from a non-blocking descriptor.
func readNow(fd uintptr, b []byte) (int, error) { return syscall.Read(int(fd), b) }
