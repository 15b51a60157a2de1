package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/holdfast-db/holdfast/internal/web"
)

func passwordCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "password", Short: "Print the hash of a password for the web console",
		Long: `Ask for a password, or read it from standard input as one line, and print its argon2id
hash: what password of a person in the configuration names, as a file or a variable.
Needs no running holdfast.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			password, err := a.readPassword()
			if err != nil {
				return failed("no hash: " + err.Error())
			}
			hash, err := web.HashPassword(password)
			if err != nil {
				return failed("no hash of this password: "+err.Error(), "A sentence that only you know is long and easy to remember.")
			}
			fmt.Fprintln(a.out, hash)
			return nil
		},
	}
}

// maxPasswordLine bounds what is read of standard input, in bytes: more than any
// password may have.
const maxPasswordLine = 4096

// readPassword reads it twice from a terminal, without showing it, or once from
// whatever else standard input is.
func (a *app) readPassword() (string, error) {
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		line, err := bufio.NewReader(io.LimitReader(os.Stdin, maxPasswordLine)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var typed [2]string
	for i, ask := range []string{"Password: ", "Once more: "} {
		fmt.Fprint(a.err, ask)
		text, err := term.ReadPassword(int(os.Stdin.Fd()))
		fmt.Fprintln(a.err)
		if err != nil {
			return "", err
		}
		typed[i] = string(text)
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two are not the same")
	}
	return typed[0], nil
}
