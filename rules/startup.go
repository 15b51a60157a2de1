package rules

import (
	"sort"
	"strings"
)

// StartupSettings lists the run-time settings that the parameters of a
// StartupMessage ask for, those in its "options" first, which is the order in
// which the server applies them (manual, 55.2.1; process_startup_options). The
// parameters user, database, options, replication and _pq_.* are none. Names
// are in lower case. Give each to SafeSetting.
func StartupSettings(params map[string]string) []Setting {
	var list []Setting
	names := make([]string, 0, len(params))
	for name := range params {
		if strings.ToLower(name) == "options" {
			list = append(list, optionSettings(params[name])...)
			continue
		}
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		lower := strings.ToLower(name)
		switch {
		case lower == "user", lower == "database", lower == "replication", strings.HasPrefix(lower, "_pq_."):
			continue
		}
		list = append(list, Setting{Name: lower, Value: params[name], Known: true})
	}
	return list
}

// StartupSetting is the value that a StartupMessage gives the setting of a lower-case
// name: of several the one that the server keeps. Empty when it asks for none.
func StartupSetting(params map[string]string, name string) (value string) {
	for _, s := range StartupSettings(params) {
		if s.Name == name {
			value = s.Value
		}
	}
	return value
}

// The switches of a server process, of which those with a colon take an
// argument (process_postgres_switches in postgres.c).
const switches = "B:bC:c:D:d:EeFf:h:ijk:lN:nOPp:r:S:sTt:v:W:-:"

// optionSettings reads the switches -c name=value and --name=value, alone or
// behind other letters, as getopt gives them to the server.
func optionSettings(options string) []Setting {
	args := splitOptions(options)
	var list []Setting
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if len(arg) < 2 || arg[0] != '-' {
			continue // the server refuses it
		}
		for i := 1; i < len(arg); i++ {
			at := strings.IndexByte(switches, arg[i])
			if at < 0 || at+1 >= len(switches) || switches[at+1] != ':' {
				continue
			}
			value := arg[i+1:]
			if value == "" && len(args) > 0 {
				value, args = args[0], args[1:]
			}
			if arg[i] == 'c' || arg[i] == '-' {
				list = append(list, longOption(value))
			}
			break
		}
	}
	return list
}

// longOption splits name=value; dashes in the name are underscores
// (ParseLongOption in guc.c).
func longOption(s string) Setting {
	name, value, ok := strings.Cut(s, "=")
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	return Setting{Name: name, Value: value, Known: ok}
}

// splitOptions splits at white space; a backslash keeps the byte after it, as
// pg_split_opts does.
func splitOptions(s string) []string {
	var args []string
	var arg []byte
	in := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case class[c]&isSpace != 0:
			if in {
				args = append(args, string(arg))
			}
			arg, in = arg[:0], false
			continue
		case c == '\\':
			in = true
			if i++; i < len(s) {
				arg = append(arg, s[i])
			}
			continue
		}
		in = true
		arg = append(arg, c)
	}
	if in {
		args = append(args, string(arg))
	}
	return args
}
