package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/user"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/console"
)

// socketPath is the control socket: --socket, HOLDFAST_SOCKET, or the first of
// the usual places that has one.
func (a *app) socketPath() string {
	if a.socket != "" {
		return a.socket
	}
	if s := a.in.Getenv("HOLDFAST_SOCKET"); s != "" {
		return s
	}
	candidates := config.SocketCandidates(a.in)
	for _, path := range candidates {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return candidates[0]
}

func (a *app) client() *console.Client { return console.NewClient(a.socketPath()) }

// unreachable explains an error of a call: what holdfast answered, or why it
// could not be asked.
func (a *app) unreachable(err error) error {
	path := a.socketPath()
	var fault *console.Fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &fault):
		return failed(escape(fault.Text))
	case errors.Is(err, fs.ErrNotExist):
		return failed("holdfast is not running here: there is no socket "+path,
			"Start it with holdfast serve, or name its socket with --socket or HOLDFAST_SOCKET.")
	case errors.Is(err, syscall.ECONNREFUSED):
		return failed("holdfast is not running: nobody listens on "+path,
			"The socket is left from one that died. Start it again with holdfast serve.")
	case errors.Is(err, fs.ErrPermission):
		return failed(userName()+" may not open the control socket "+path,
			"Only the user who runs holdfast may, and the group named by socket_group.")
	}
	return failed(escape(err.Error()))
}

func userName() string {
	u, err := user.Current()
	if err != nil {
		return "this user"
	}
	return u.Username
}

// unknownID explains that there is no such hold; other errors as unreachable does.
func (a *app) notFound(err error, id string) error {
	var fault *console.Fault
	if errors.As(err, &fault) && fault.Code == console.UnknownID {
		return failed("no hold has the id "+quote(id), "All of them: holdfast holds --all")
	}
	return a.unreachable(err)
}

// printJSON prints one object in one line.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// completeWait bounds the time that shell completion may take.
const completeWait = 2 * time.Second

// completeID offers the ids of the holds that wait, or of all.
func (a *app) completeID(all bool) cobra.CompletionFunc {
	return a.complete(all, func(h console.Hold) bool { return all || waits(h) })
}

// completeGranted offers the ids of grants.
func (a *app) completeGranted() cobra.CompletionFunc { return a.complete(false, granted) }

// complete offers the ids of the holds that are wanted, each with its statement.
func (a *app) complete(all bool, wanted func(console.Hold) bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := contextWithin(cmd, completeWait)
		defer cancel()
		holds, err := a.client().Holds(ctx, all)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var ids []cobra.Completion
		for _, h := range holds {
			if wanted(h) {
				ids = append(ids, cobra.CompletionWithDesc(h.ID, escape(requester(h)+": "+statement(h))))
			}
		}
		return ids, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}
