package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// holdPage is one hold.
type holdPage struct {
	view
	Objects []object
	Blocks  []block
	Parts   int // statements in the text
	Plain   bool
	Record  []entry

	// Covers is what went on under the approval, and Granted the words for what the
	// transaction would be approved for.
	Covers  hold.Coverage
	Granted string

	Revocable bool // the viewer may take the approval back

	Approve string   // on the button
	Type    []string // names of which one must be typed
	Pattern string   // of the field for it

	// TypedText says what whoever approves types; empty where nothing is.
	TypedText string

	// Problem is why an answer was not accepted; what was typed is kept.
	Problem string
	Typed   answer
}

// answer is what somebody typed.
type answer struct{ Note, Reason, Name, Scope string }

func (s *Server) showHold(w http.ResponseWriter, r *http.Request, who session) {
	h, err := s.Desk.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		s.missing(w, r, err)
		return
	}
	s.showHoldAs(w, r, http.StatusOK, who, h, holdPage{})
}

// showHoldAs shows a hold with what p has of an answer that was not accepted.
func (s *Server) showHoldAs(w http.ResponseWriter, r *http.Request, status int, who session, h hold.Hold, p holdPage) {
	p.view = s.viewOf(h, who, time.Now())
	var err error
	if p.Covers, err = s.Desk.Covers(r.Context(), h); err != nil {
		s.unavailable(w, r, err)
		return
	}
	p.Revocable, p.Granted = p.revocable(s.Desk.People(), who, p.Covers.Open), wording.TransactionScope(wording.Took(h.GrantFor()))
	p.Objects, p.Blocks, p.Record, p.Approve = objects(h), blocks(h.SQL), p.record(), approveLabel(h)
	p.Parts, p.Plain = len(p.Blocks), len(h.SQL) > maxColoured
	switch {
	case p.Mine && h.SelfConfirm:
		p.Type, p.TypedText = []string{h.Database}, "the name of the database"
	case h.TypeName:
		p.Type, p.TypedText = h.TypeNames(), "the name of what goes"
	}
	p.Pattern = pattern(p.Type)
	title := p.Statement + ", " + p.Word
	if p.Waits {
		title = p.Asker + ": " + p.Statement
	}
	s.showTo(w, r, status, who, "hold", frame{Title: title, Current: "holds", Self: "/holds/" + h.ID, Every: p.every()}, p)
}

// missing answers for a hold that cannot be had.
func (s *Server) missing(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, hold.ErrUnknownID) {
		s.refuse(w, r, http.StatusNotFound, "No hold has this id, or it ended so long ago that only the audit file has it.", "All that are kept are under History.")
		return
	}
	s.unavailable(w, r, err)
}

// pattern is what the field of a typed name takes (HTML standard, attribute pattern):
// one of the names, every character of which stands for itself.
func pattern(names []string) string {
	var choices []string
	for _, name := range names {
		var b strings.Builder
		for _, r := range name {
			if '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_' {
				b.WriteRune(r)
			} else {
				fmt.Fprintf(&b, `\u{%x}`, r)
			}
		}
		choices = append(choices, b.String())
	}
	return strings.Join(choices, "|")
}
