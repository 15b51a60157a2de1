package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"
)

const (
	standardInput = "-"

	// maxInput is the largest input read, in bytes: what a server takes in one
	// message. Files of that size are data; a device named by mistake has no end.
	maxInput = 1 << 30
)

// openInput opens a file or standard input.
func (a *app) openInput(name string) (io.ReadCloser, error) {
	if name != standardInput {
		f, err := os.Open(name)
		if err != nil {
			return nil, failed("not read: " + escape(err.Error()))
		}
		return f, nil
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		fmt.Fprintln(a.err, "holdfast: reading from the terminal; Ctrl-D ends the input")
	}
	return io.NopCloser(os.Stdin), nil
}

// readInput reads a file or standard input.
func (a *app) readInput(name string) ([]byte, error) {
	in, err := a.openInput(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	switch {
	case err != nil:
		return nil, failed("not read: " + escape(err.Error()))
	case len(text) > maxInput:
		return nil, failed(fmt.Sprintf("not read: %s has more than 1 GiB", inputName(name)), "Split it, or take its data out.")
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return nil, failed(fmt.Sprintf("not read: %s is in UTF-16, which psql does not read", inputName(name)),
			"Save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8")
	}
	return text, nil
}

// inputName is an input for people.
func inputName(name string) string {
	if name == standardInput {
		return "stdin"
	}
	return escape(name)
}

// isFolder says that an input is a folder. What cannot be looked at is none: opening
// it says why.
func isFolder(name string) bool {
	info, err := os.Stat(name)
	return name != standardInput && err == nil && info.IsDir()
}

// inFolder lists the files below a folder whose names end in .sql, in the order of
// their names, those of folders whose names begin with a dot left out.
func inFolder(folder string) (files []string, err error) {
	err = filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		hidden := name != folder && strings.HasPrefix(entry.Name(), ".")
		switch {
		case err != nil:
			return err
		case entry.IsDir() && hidden:
			return fs.SkipDir
		case !isFolder(name) && strings.EqualFold(filepath.Ext(name), ".sql"):
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		return nil, failed("not checked: " + escape(err.Error()))
	}
	if len(files) == 0 {
		return nil, failed(fmt.Sprintf("not checked: the folder %s has no file whose name ends in .sql", escape(folder)),
			"Name the folder or the files that hold the SQL.")
	}
	return files, nil
}
