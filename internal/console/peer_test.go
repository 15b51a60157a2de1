package console

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The variables by which this test runs itself as another user.
const (
	callerSocket = "HOLDFAST_TEST_CALLER_SOCKET"
	callerHold   = "HOLDFAST_TEST_CALLER_HOLD"
)

// beCaller approves a hold as the user it runs as, and prints who that was.
func beCaller(socket, id string) int {
	h, err := NewClient(socket).Approve(context.Background(), id, "", "", "")
	switch {
	case errors.Is(err, os.ErrPermission):
		fmt.Print("permission denied")
	case err != nil:
		fmt.Print(err)
	default:
		fmt.Print(h.DecidedBy)
	}
	return 0
}

// TestOtherUser: the caller is who the kernel says, and only the user of the
// socket and its group get in at all.
func TestOtherUser(t *testing.T) {
	nobody, err := user.Lookup("nobody")
	if os.Getuid() != 0 || err != nil {
		t.Skip("needs root, to run a caller as the user nobody")
	}
	group, err := user.LookupGroupId(nobody.Gid)
	check(t, err)
	for _, c := range []struct{ name, group, want string }{
		{"socket of the user alone", "", "permission denied"},
		{"socket of the caller's group", group.Name, "nobody"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t, nil, c.group)
			id := o.ask("ana")
			if got := callAs(t, nobody, o.socket, id); got != c.want {
				t.Errorf("as nobody: %q, want %q", got, c.want)
			}
		})
	}
}

// callAs runs beCaller in a copy of this test that the user may read.
func callAs(t *testing.T, u *user.User, socket, id string) string {
	t.Helper()
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	check(t, err)
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	check(t, err)
	self, err := os.Open("/proc/self/exe")
	check(t, err)
	defer self.Close()
	cmd := exec.Command("/proc/self/fd/3")
	cmd.ExtraFiles = []*os.File{self}
	cmd.Dir = "/"
	cmd.Env = []string{callerSocket + "=" + socket, callerHold + "=" + id}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("calling as %s: %v: %s", u.Username, err, out)
	}
	return strings.TrimSpace(string(out))
}
