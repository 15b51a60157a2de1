package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The major versions that are looked for, newest first. The newest is far ahead,
// so that a server of next year is found.
const (
	newestMajor = 30
	oldestMajor = 15
)

// findServer is the folder of the newest PostgreSQL from 15 on: what .ci/setup
// fetched, then Debian's folders, then PATH.
func findServer() (string, error) {
	var found []string
	for major := newestMajor; major >= oldestMajor; major-- {
		found = append(found,
			filepath.Join(cacheFolder(), "postgres", strconv.Itoa(major), "bin"),
			filepath.Join("/usr/lib/postgresql", strconv.Itoa(major), "bin"))
	}
	if file, err := exec.LookPath("postgres"); err == nil {
		found = append(found, filepath.Dir(file))
	}
	i := slices.IndexFunc(found, func(bin string) bool {
		return isFile(filepath.Join(bin, "postgres")) && isFile(filepath.Join(bin, "initdb"))
	})
	if i < 0 {
		return "", errors.New("no PostgreSQL server found: install version 15 or newer (Debian: apt-get install postgresql-15; macOS: brew install postgresql@17)")
	}
	return found[i], nil
}

// cacheFolder is where .ci/setup keeps what it fetched.
func cacheFolder() string {
	if folder := os.Getenv("HOLDFAST_TEST_CACHE"); folder != "" {
		return folder
	}
	if os.Getuid() == 0 {
		return "/var/cache/holdfast"
	}
	if folder := os.Getenv("XDG_CACHE_HOME"); folder != "" {
		return filepath.Join(folder, "holdfast")
	}
	home, _ := os.UserHomeDir()
	return filepath.Join(home, ".cache", "holdfast")
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

func findPsql(bin string) (string, error) {
	if file, err := exec.LookPath("psql"); err == nil {
		return file, nil
	}
	if file := filepath.Join(bin, "psql"); isFile(file) {
		return file, nil
	}
	return "", errors.New("psql not found: install it (Debian: apt-get install postgresql-client)")
}

// serverVersion is the number in "postgres (PostgreSQL) 15.8 (Debian ...)".
func serverVersion(ctx context.Context, bin string) (string, error) {
	out, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return "", fmt.Errorf("asking PostgreSQL for its version: %w", err)
	}
	fields := strings.Fields(string(out))
	return fields[min(2, len(fields)-1)], nil
}
