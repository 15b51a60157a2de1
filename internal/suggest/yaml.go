package suggest

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// Write writes the section rules of a configuration, the most frequent rule first,
// each with what it is made from. commented puts a # in front of every line.
func (s Suggestions) Write(w io.Writer, commented bool) error {
	out := &writer{commented: commented}
	out.remark("%s would have been held%s.", times(s.Total, "statement"), stretch(s.First, s.Last))
	if s.Total == 0 {
		out.remark("There is nothing to suggest. Only hosts in mode observe record it.")
		return out.to(w)
	}
	if len(s.Rules) > 0 {
		out.remark("Review each rule: it lets what it names pass, from now on and without a reviewer. A rule of")
		out.remark("yours that holds or refuses must stand behind those that are to pass all the same.")
		out.line("rules:")
	}
	for i, r := range s.Rules {
		out.rule(i+1, r)
	}
	asked := uint64(0)
	for _, r := range s.Asked {
		asked += r.Count
	}
	out.remark("%s would still be asked about with these rules.", times(asked, "statement"))
	for _, r := range s.Asked {
		out.remark("  %s: %s", times(r.Count, "time"), r.Why)
	}
	return out.to(w)
}

// writer collects lines of YAML.
type writer struct {
	b         strings.Builder
	commented bool
}

func (w *writer) remark(format string, args ...any) {
	w.b.WriteString("# " + oneLine(fmt.Sprintf(format, args...)) + "\n")
}

func (w *writer) line(text string) {
	if w.commented {
		text = "# " + text
	}
	w.b.WriteString(text + "\n")
}

func (w *writer) to(out io.Writer) error {
	_, err := io.WriteString(out, w.b.String())
	return err
}

// rule writes one rule.
func (w *writer) rule(n int, r Suggestion) {
	w.line(fmt.Sprintf("  # %s%s, held by rule %s; such as: %s", times(r.Count, "time"), stretch(r.First, r.Last), quoted(r.Held), oneLine(r.Example)))
	for _, t := range r.Tables {
		if !strings.Contains(t, ".") {
			w.line("  # " + oneLine(t) + " was written without its schema: it stands for every table of that name.")
			break
		}
	}
	w.line("  - name: " + quoted(fmt.Sprintf("suggested %d", n)))
	w.line("    when:")
	for _, m := range []struct {
		key    string
		values []string
	}{
		{"hosts", []string{r.Host}}, {"databases", []string{r.Database}}, {"users", []string{r.User}},
		{"applications", []string{r.Application}}, {"verbs", []string{r.Verb}}, {"tables", r.Tables}, {"filters", []string{r.Filter}},
	} {
		if m.values[0] != "" {
			w.line("      " + m.key + ": " + list(m.values))
		}
	}
	w.line("    action: allow")
}

func list(values []string) string {
	var all []string
	for _, v := range values {
		all = append(all, quoted(v))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// quoted is a double-quoted scalar of YAML: its escapes are those of JSON.
func quoted(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		panic(err) // a string always has JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// oneLine keeps foreign text inside its comment.
func oneLine(text string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == 0x85 || c == 0x2028 || c == 0x2029 || 0x202a <= c && c <= 0x202e || 0x2066 <= c && c <= 0x2069 {
			return '?'
		}
		return c
	}, text)
}

func times(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func stretch(first, last time.Time) string {
	if first.IsZero() {
		return ""
	}
	const form = "2006-01-02 15:04 UTC"
	from, to := first.UTC().Format(form), last.UTC().Format(form)
	if from == to {
		return " at " + from
	}
	return " between " + from + " and " + to
}
