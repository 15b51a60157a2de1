package main

import (
	"io/fs"
	"syscall"
)

// fileNumber tells a file that was renamed over another from that one.
func fileNumber(info fs.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ino
	}
	return 0
}
