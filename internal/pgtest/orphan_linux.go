package pgtest

import "syscall"

// endWithTests sends the process sig when the test process dies without its
// cleanups (go test -timeout, kill -9).
func endWithTests(attr *syscall.SysProcAttr, sig syscall.Signal) { attr.Pdeathsig = sig }
