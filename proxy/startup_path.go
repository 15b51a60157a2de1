package proxy

import (
	"maps"
	"slices"
	"strings"
)

// startPath is what of a StartupMessage decides what names without a schema mean:
// search_path, and the role that "$user" in it is. Empty when nothing does.
func startPath(params map[string]string) string {
	var path []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		switch lower := strings.ToLower(name); {
		case lower == "search_path", lower == "role", lower == "session_authorization",
			lower == "options" && mentionsPath(params[name]):
			path = append(path, lower+"="+params[name]+"\x00")
		}
	}
	return strings.Join(path, "")
}

// mentionsPath says that options may set one of them; --search-path is search_path
// too, and so is sear\ch_path: a backslash only quotes what follows it.
func mentionsPath(options string) bool {
	options = strings.NewReplacer("-", "_", `\`, "").Replace(strings.ToLower(options))
	return strings.Contains(options, "search_path") || strings.Contains(options, "role") || strings.Contains(options, "session_authorization")
}
