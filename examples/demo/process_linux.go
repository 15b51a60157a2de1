package main

import "syscall"

// endWithParent ends a child when the demo is killed and cannot do it itself.
// PostgreSQL takes SIGQUIT for an immediate shutdown; others end with it too.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
