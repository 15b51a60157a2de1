package web

import (
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// fileItem is a statement of a file as its page shows it.
type fileItem struct {
	Line        int
	Text, State string
}

// FileItems are the statements of a file that is to be approved, with what became of them.
func (v view) FileItems() (list []fileItem) {
	left := v.Hold.Left()
	for i, item := range v.Items {
		state := "not sent"
		switch {
		case !slices.Contains(left, i):
			state = "sent"
		case v.State == hold.Granted:
			state = "open"
		case v.State == hold.Pending:
			state = "asked for"
		}
		list = append(list, fileItem{item.Line, visible(strings.Join(item.Statements, "; ")), state})
	}
	return list
}
