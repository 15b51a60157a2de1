package alert

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// cut is the first n bytes of a text, or a little less: up to the border of a
// character.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// yamlText is a text as YAML has it: bare where that is safe in a line with braces.
func yamlText(text string) string {
	bare := text != "" && letter(rune(text[0])) && !strings.ContainsFunc(text, func(r rune) bool {
		return !letter(r) && !(r >= '0' && r <= '9') && !strings.ContainsRune("_./-", r)
	})
	if bare && !slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}, strings.ToLower(text)) {
		return text
	}
	return strconv.Quote(text)
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func number(n int64) string { return strconv.FormatInt(n, 10) }
