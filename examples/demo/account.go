package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// serverAccount is the user to run PostgreSQL as, which refuses to run as root.
// It is nil when the demo does not run as root: then the demo's own user is fine.
func serverAccount() (*syscall.Credential, error) {
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
	return nil, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody: run the demo as an ordinary user")
}

// asServer makes cmd run as the server's user, in a folder it may enter.
func asServer(cmd *exec.Cmd) error {
	credential, err := serverAccount()
	if err != nil {
		return err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	cmd.Dir = "/"
	cmd.Env = environment()
	apart(cmd)
	return nil
}

// giveToServer makes the server's user the owner of the named files.
func giveToServer(names ...string) error {
	credential, err := serverAccount()
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

// whoAmI is the OS user of the demo as holdfast names it: a number without an
// account is called by its number.
func whoAmI() string {
	id := strconv.Itoa(os.Getuid())
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "uid " + id
}
