package script

import (
	"bytes"
	"fmt"
	"strings"
)

// command is a meta-command of the script.
type command struct {
	pos       int // of its backslash
	from, end int // of what follows its name
	name      string
	arguments []byte // trimmed
}

// argumentMode is how psql reads the arguments of a command.
type argumentMode uint8

const (
	words      argumentMode = iota // up to a backslash
	wholeLine                      // up to the end of the line
	fileOrPipe                     // words, or the whole line behind a |
)

// modes are psql's commands of 15 to 18, but for those that begin with d.
var modes = commandModes()

func commandModes() map[string]argumentMode {
	m := map[string]argumentMode{}
	for _, name := range strings.Fields(`a bind bind_named C c connect cd close close_prepared conninfo copyright crosstabview
		e edit echo elif else encoding endif endpipeline errverbose f flush flushrequest gdesc getenv getresults gexec gset
		H html i if include include_relative ir l l+ list list+ lx lx+ l+x listx listx+ list+x lo_export lo_export+ lo_import lo_list lo_list+
		lo_unlink p parse password print prompt pset q quit qecho r reset restrict s sendpipeline set setenv startpipeline
		syncpipeline t T timing unrestrict unset warn watch x z zS zx zSx ?`) {
		m[name] = words
	}
	for _, name := range strings.Fields("! copy ef ev h help sf sf+ sv sv+") {
		m[name] = wholeLine
	}
	for _, name := range strings.Fields("g gx o out w write") {
		m[name] = fileOrPipe
	}
	return m
}

// lookUp finds how a command reads its arguments. psql throws the rest of the line
// away behind one that it does not know.
func lookUp(name string) (known bool, mode argumentMode) {
	mode, known = modes[name]
	switch {
	case known:
		return true, mode
	case strings.HasPrefix(name, "d"):
		return true, words
	}
	return false, wholeLine
}

// run does what a command does to the query, and notes what nobody reads. It is
// false when the script ends here.
func (s *splitter) run(c command) bool {
	switch c.name {
	case "set", "unset":
		s.values.set(c.arguments, c.name == "set" && s.ifs == 0)
		s.lines = s.lines || strings.EqualFold(firstWord(c.arguments), "SINGLELINE")
	case "gset", "getenv", "prompt", "i", "include", "ir", "include_relative":
		clear(s.values) // may set any
	}
	switch c.name {
	case "g", "gx", "gset", "gdesc", "crosstabview", "watch", "parse", "sendpipeline":
		s.send(c.end)
	case "gexec":
		s.send(c.end)
		s.unknown(c, `\gexec runs the SQL that its query gives`)
	case "e", "edit", "ef", "ev":
		s.unknown(c, `\`+c.name+" runs what comes out of an editor")
	case "r", "reset":
		s.q = query{}
	case "if", "elif", "else", "endif":
		s.branch(c.name)
	case "q", "quit":
		if s.ifs == 0 {
			s.send(c.end)
			return false
		}
	case "c", "connect":
		s.session = true
		s.note(c.pos, "what follows runs in another session, maybe of another database or server")
	case "!":
		s.note(c.pos, `\! runs a program on the client; what it does was not read`)
	case "i", "include", "ir", "include_relative":
		s.note(c.pos, fmt.Sprintf(`\%s: the file %s was not read; check it as well`, c.name, c.arguments))
	case "copy":
		s.slashCopy(c)
	case "encoding":
		s.synthetic(c, "SET client_encoding TO ", firstWord(c.arguments), "")
	case "lo_unlink":
		s.synthetic(c, "SELECT pg_catalog.lo_unlink(", firstWord(c.arguments), ")")
	}
	return true
}

// branch follows \if. What stands on both sides of one in a single statement is
// sent in part.
func (s *splitter) branch(name string) {
	switch name {
	case "if":
		s.ifs++
	case "endif":
		s.ifs = max(s.ifs-1, 0)
	}
	if s.q.some {
		s.q.doubt = `\` + name + " stands inside it: not all of it is sent"
	}
}

// of is what a command sends by itself, in its place.
func (s *splitter) of(c command) Statement {
	return Statement{Place: s.places.of(c.pos), Pos: c.pos, End: c.end}
}

// unknown is a statement of which nothing is known.
func (s *splitter) unknown(c command, why string) {
	st := s.of(c)
	st.Doubt = why
	s.emit(st)
}

// synthetic is what psql sends for a command of its own. Its argument is a
// literal, whatever its quotes are in psql.
func (s *splitter) synthetic(c command, before, argument, after string) {
	if argument == "" {
		return // psql shows the value, or says that an argument is missing
	}
	st := s.of(c)
	if strings.ContainsAny(argument, ":`\\") {
		st.Doubt = `\` + c.name + ": its argument is known when psql runs"
	}
	st.SQL = []byte(before + "'" + strings.ReplaceAll(strings.Trim(argument, `'"`), "'", "''") + "'" + after)
	s.emit(st)
}

func firstWord(arguments []byte) string {
	fields := bytes.Fields(arguments)
	if len(fields) == 0 {
		return ""
	}
	return string(fields[0])
}
