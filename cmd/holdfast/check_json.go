package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/holdfast-db/holdfast/internal/check"
	"github.com/holdfast-db/holdfast/rules"
)

// checkedText is what --json and --jsonl print of one text. docs/configuration.md
// explains it.
type checkedText struct {
	ID         json.RawMessage   `json:"id,omitempty"`
	File       string            `json:"file,omitempty"`
	Line       int               `json:"line,omitempty"`
	Column     int               `json:"column,omitempty"`
	SQL        string            `json:"sql"`
	Verdict    string            `json:"verdict"`
	Rule       string            `json:"rule"`
	Reason     string            `json:"reason"`
	Why        string            `json:"why,omitempty"`
	Statements []check.Described `json:"statements"`

	// Hash names a statement that is held wherever it is sent, FileSHA256 its file: with
	// them it is found in a hold that holdfast request made.
	Hash       string `json:"hash,omitempty"`
	FileSHA256 string `json:"file_sha256,omitempty"`
}

// checkedNote is what --json prints of what was not read.
type checkedNote struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Note   string `json:"note"`
}

func checked(r check.Result) checkedText {
	v := r.Verdict
	return checkedText{Verdict: v.Action.String(), Rule: v.Rule, Reason: v.Reason, Why: v.Why, Statements: r.Statements}
}

func checkedStatement(name string, f check.Found) checkedText {
	c := checked(f.Result)
	c.File, c.Line, c.Column, c.SQL = name, f.Line, f.Column, rules.Mask(string(f.SQL))
	if f.Verdict.Action == rules.Hold && f.Doubt == "" && c.SQL == string(f.SQL) { // of a password nothing is told
		c.Hash = rules.StatementHash(f.SQL)
	}
	return c
}

// object is a line of the input of --jsonl. Setup is one text or a list of them.
type object struct {
	ID    json.RawMessage `json:"id"`
	SQL   *string         `json:"sql"`
	Setup setup           `json:"setup"`
}

// setup is one text or several.
type setup []string

func (t *setup) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		*t = make(setup, 1)
		return json.Unmarshal(b, &(*t)[0])
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// objects judges an input of --jsonl line by line, as far as it can be read.
func (r *checkReport) objects(judge *check.Judge, name string) (err error) {
	in, err := r.a.openInput(name)
	if err != nil {
		return err
	}
	defer in.Close()
	out := bufio.NewWriter(r.a.out)
	defer func() { err = errors.Join(err, out.Flush()) }()
	lines, encoder := bufio.NewReader(in), json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for n := 1; ; n++ {
		line, readErr := readObject(lines)
		if len(bytes.TrimSpace(line)) > 0 {
			if err := r.object(judge, encoder, line); err != nil {
				return failed(fmt.Sprintf("%s: line %d: %s", inputName(name), n, escape(err.Error())),
					"Each line is one object such as {\"sql\": \"DELETE FROM t\"}.")
			}
		}
		switch {
		case errors.Is(readErr, io.EOF):
			return nil
		case readErr != nil:
			return failed(fmt.Sprintf("%s: line %d: not checked to the end: %s", inputName(name), n, escape(readErr.Error())))
		}
	}
}

// readObject reads a line, of the size of an input at most.
func readObject(in *bufio.Reader) (line []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case !errors.Is(err, bufio.ErrBufferFull):
			return line, err
		case len(line) > maxInput:
			return nil, errors.New("the line has more than 1 GiB")
		}
	}
}

// object judges one line, as a session of its own.
func (r *checkReport) object(judge *check.Judge, out *json.Encoder, line []byte) error {
	var o object
	if err := json.Unmarshal(line, &o); err != nil {
		return fmt.Errorf("reading the object: %w", err)
	}
	if o.SQL == nil {
		return errors.New("the object has no sql")
	}
	s := judge.OpenSession()
	if o.Setup != nil { // shows the session from its beginning
		s = judge.NewSession()
	}
	for _, text := range o.Setup {
		s.Text([]byte(text))
	}
	result := s.Remembered([]byte(*o.SQL))
	r.counted(result.Verdict)
	c := checked(result)
	c.ID, c.SQL = o.ID, *o.SQL // as it came: the caller joins by it
	return out.Encode(c)
}
