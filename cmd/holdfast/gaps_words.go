package main

import (
	"fmt"
	"strings"

	"github.com/holdfast-db/holdfast/internal/gaps"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// gapsMeaning says what the gaps may come from, as far as there are such gaps, and
// what nobody can tell from ids.
func gapsMeaning(s gaps.Summary) (lines []string) {
	say := func(when bool, text string) {
		if when {
			lines = append(lines, text)
		}
	}
	say(s.Singles > 0, "single: "+countOf(s.Singles, "gap")+" of one id. A rolled back insert leaves one, so a few are usual; so does a DELETE of one row. Whether "+percent(s.Share())+" is usual here, another table shows that the same application fills.")
	say(s.Gaps > s.Singles+s.Long, "short: "+countOf(s.Gaps-s.Singles-s.Long, "gap")+" of several ids. "+shortCauses(s.Sequence))
	say(s.Long > 0, "long: "+countOf(s.Long, "gap")+" of more ids than a cache or a crash explains. That is suspicious: a large insert was rolled back, or rows were deleted.")
	say(s.Head != nil, "head: the sequence starts in front of the first row. The oldest rows were deleted, or it was set forward.")
	if s.Tail != nil {
		lines = append(lines, tailCauses(s))
	}
	say(s.Gaps > 0 && s.Time != "", "made: by "+s.Time+" of the rows beside the gap. The missing rows vanished some time after they were made; when, ids do not tell.")
	say(gapsBeside(s) > 0 && s.Time == "", "No column says when rows were made, so neither is known of the missing ones. Name one with --time.")
	return append(lines, gapsNotes(s)...)
}

func shortCauses(q *gaps.Sequence) string {
	causes := []string{"rows were deleted", "an insert of several rows was rolled back"}
	if q != nil && q.Cache > 1 {
		causes = append(causes, fmt.Sprintf("a session ended with numbers of its cache of %s unused", wording.Number(uint64(q.Cache))))
	}
	return "What they may come from: " + wording.List(append(causes, "the server crashed (a sequence then skips up to 32)"), "or") + "."
}

func tailCauses(s gaps.Summary) string {
	if s.First == nil {
		return "tail: the sequence has given these numbers away, and no row has them. The rows were deleted, truncated or never committed."
	}
	cached := ""
	if s.Sequence.Cache > 1 {
		cached = fmt.Sprintf(", are in the caches of sessions (%s each)", wording.Number(uint64(s.Sequence.Cache)))
	}
	return "tail: behind the last row the sequence has given these away. Their rows were deleted, were rolled back" + cached + ", or are being inserted right now."
}

// gapsNotes say what limits the result.
func gapsNotes(s gaps.Summary) (lines []string) {
	q := s.Sequence
	if q == nil {
		return append(lines, "No sequence fills this column: whether its numbers were ever given away, and what lies beyond the rows, nobody can tell.")
	}
	if q.Increment > 1 || q.Increment < -1 {
		text := fmt.Sprintf("The sequence counts by %d, so only every such number is missed.", q.Increment)
		if s.Strays > 0 {
			text += fmt.Sprintf(" %s other ids: it counted otherwise before, or they came from elsewhere. What is missing among them is not seen.", hasText(s.Strays))
		}
		lines = append(lines, text)
	}
	if len(q.Shared) > 0 {
		lines = append(lines, "Other tables take ids from the same sequence, and each such id is a gap here: "+strings.Join(q.Shared, ", ")+".")
	}
	if q.Cycles {
		lines = append(lines, "The sequence cycles, so what it has given away in front of and behind the rows is not known.")
	}
	if q.Unreadable {
		lines = append(lines, "The sequence cannot be read, so what is missing behind the last row is not known: GRANT SELECT ON SEQUENCE.")
	}
	if s.Outside {
		lines = append(lines, "Some rows have ids that the sequence has not given away: they were loaded, or it was set back.")
	}
	return lines
}

func hasText(n uint64) string {
	if n == 1 {
		return "1 row has"
	}
	return wording.Number(n) + " rows have"
}
