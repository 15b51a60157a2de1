package main

import "syscall"

// endWithParent ends a child when we are killed and cannot do it ourselves.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }
