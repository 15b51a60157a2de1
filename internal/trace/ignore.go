package trace

import (
	"regexp"
	"strings"
)

// Ignore takes out of a message's text what differs by nature between two traces.
// ok is false for a message that is to be left out as a whole.
type Ignore func(text string) (rest string, ok bool)

// ProcessIDs ignores which process of the server it was.
func ProcessIDs(text string) (string, bool) {
	for _, name := range []string{"BackendKeyData ", "NotificationResponse ", "CancelRequest "} {
		if rest, found := strings.CutPrefix(text, name); found {
			_, rest, _ = strings.Cut(rest, " ")
			return name + "* " + rest, true
		}
	}
	return text, true
}

var tableOID = regexp.MustCompile(`\(\d+\.`)

// TableOIDs ignores the OIDs of tables, which differ between databases.
func TableOIDs(text string) (string, bool) {
	if strings.HasPrefix(text, "RowDescription ") {
		return tableOID.ReplaceAllString(text, "(*."), true
	}
	return text, true
}

// OwnNotices ignores the notices of holdfast.
func OwnNotices(text string) (string, bool) {
	return text, !strings.HasPrefix(text, "NoticeResponse ") || !strings.Contains(text, ` M="holdfast: `)
}

var (
	heldAs        = regexp.MustCompile(`M="holdfast: held as (\w+): `)
	answeredAfter = regexp.MustCompile(`answered after [^.]+\.`)
)

// Holds ignores the ids of the holds that the entries tell of, and how long people
// took to answer: they stand in the errors of what was refused, and in what holdfast
// sends to the server in its place.
func Holds(entries []Entry) Ignore {
	var ids []string
	for _, e := range entries {
		if found := heldAs.FindStringSubmatch(e.Text); found != nil && strings.HasPrefix(e.Text, "NoticeResponse ") {
			ids = append(ids, found[1], "*")
		}
	}
	hide := strings.NewReplacer(ids...)
	return func(text string) (string, bool) {
		hidden := hide.Replace(text)
		if hidden != text {
			hidden = answeredAfter.ReplaceAllString(hidden, "answered after *.")
		}
		return hidden, true
	}
}

// without applies every one of them.
func without(text string, ignore []Ignore) (rest string, ok bool) {
	for _, one := range ignore {
		if text, ok = one(text); !ok {
			return "", false
		}
	}
	return text, true
}
