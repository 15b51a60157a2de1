//go:build !linux

package pgtest

import "syscall"

// endWithTests does nothing here: only Linux ties a process to its parent.
func endWithTests(*syscall.SysProcAttr, syscall.Signal) {}
