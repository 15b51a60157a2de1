// Command holdfast is the proxy and its command line.
//
// It parses flags, wires the packages and prints; it decides nothing. serve.go
// starts the proxy; every other subcommand but audit, check, suggest, trace and version is a
// client of the control socket. One file holds one subcommand, words.go how things are
// said, table.go and sql.go how they are laid out.
package main

import (
	"os"
	_ "time/tzdata" // the zones of rules, also where the system has none
)

func main() { os.Exit(run(os.Args[1:], here())) }
