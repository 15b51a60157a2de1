package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"sync"
	"syscall"
	"testing"
)

// account is the user a server runs as: PostgreSQL refuses to run as root. nil
// means the user of the tests.
var account = sync.OnceValues(func() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, fmt.Errorf("finding a user to run PostgreSQL as: neither postgres nor nobody exists")
})

// asServer makes cmd run as the server's user, in a folder that user may enter,
// and makes it end with the test process where the system can do that.
func asServer(cmd *exec.Cmd) error {
	credential, err := account()
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	endWithTests(cmd.SysProcAttr, syscall.SIGQUIT)
	cmd.Dir = "/"
	return nil
}

// giveToServer makes the server's user the owner of the named files.
func giveToServer(names ...string) error {
	credential, err := account()
	if err != nil || credential == nil {
		return err
	}
	for _, name := range names {
		if err := os.Chown(name, int(credential.Uid), int(credential.Gid)); err != nil {
			return fmt.Errorf("giving %q to the server's user: %w", name, err)
		}
	}
	return nil
}

// AsUser makes cmd run as another user of the system, in the group of the server's
// user, for tests of who may do what. It skips the test where that takes root.
func AsUser(t testing.TB, cmd *exec.Cmd, name string) {
	t.Helper()
	group, err := account()
	if err != nil || group == nil {
		t.Skip("pgtest: only root can act as another user")
	}
	u, err := user.Lookup(name)
	if err != nil {
		t.Skipf("pgtest: %v", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		t.Fatalf("pgtest: reading the id of user %q: %v", name, err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: group.Gid}}
	cmd.Dir = "/"
}

// ServerGroup is the name of the group that AsUser runs commands in.
func ServerGroup(t testing.TB) string {
	t.Helper()
	credential, err := account()
	if err != nil || credential == nil {
		t.Skip("pgtest: only root can act as another user")
	}
	group, err := user.LookupGroupId(strconv.FormatUint(uint64(credential.Gid), 10))
	if err != nil {
		t.Skipf("pgtest: %v", err)
	}
	return group.Name
}
