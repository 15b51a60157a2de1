package pgtest

import (
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// initdbArgs make a new cluster fast and the same everywhere. Trust over
// everything: a test that wants passwords says so with SCRAM.
var initdbArgs = []string{"-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C"}

// copyTemplate fills the folder data, which must not exist, with a fresh
// cluster. initdb takes seconds, so it runs once per version and its result is
// copied from the cache, or from a folder of its own where the cache cannot be
// written.
func copyTemplate(v Version, data string) error {
	template, err := cachedTemplate(v)
	if err != nil {
		return initdb(v, data)
	}
	cp := exec.Command("cp", "-a", template, data)
	if out, err := cp.CombinedOutput(); err != nil {
		return fmt.Errorf("copying cluster %q: %w: %s", template, err, out)
	}
	return nil
}

// cachedTemplate is made in a folder beside its place and renamed into it: test
// processes run at the same time, and one may be killed half-way.
func cachedTemplate(v Version) (string, error) {
	key := crc32.ChecksumIEEE([]byte(v.Full + v.Bin + strings.Join(initdbArgs, " ")))
	parent := filepath.Join(CacheFolder(), "clusters")
	template := filepath.Join(parent, fmt.Sprintf("%d-%08x", v.Major, key))
	if _, err := os.Stat(template); err == nil {
		return template, nil
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", fmt.Errorf("creating a folder for clusters: %w", err)
	}
	part, err := os.MkdirTemp(parent, ".part-")
	if err != nil {
		return "", fmt.Errorf("creating a folder for a cluster: %w", err)
	}
	defer os.RemoveAll(part)
	if err := giveToServer(part); err != nil {
		return "", err
	}
	if err := initdb(v, filepath.Join(part, "data")); err != nil {
		return "", err
	}
	if err := os.Rename(filepath.Join(part, "data"), template); err != nil {
		if _, statErr := os.Stat(template); statErr != nil {
			return "", fmt.Errorf("keeping a cluster: %w", err)
		}
	}
	return template, nil
}

func initdb(v Version, data string) error {
	args := append([]string{"-D", data}, initdbArgs...)
	cmd := exec.Command(filepath.Join(v.Bin, "initdb"), args...)
	if err := asServer(cmd); err != nil {
		return err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("running initdb of %s: %w: %s", v.Full, err, out)
	}
	return nil
}
