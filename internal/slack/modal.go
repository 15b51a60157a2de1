package slack

import (
	"fmt"
	"strings"

	slackgo "github.com/slack-go/slack"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// The fields of the modals, by block and action.
const (
	fieldNote  = "note"
	fieldTyped = "typed"
)

const (
	// maxNote is what the desk takes of a note, in characters.
	maxNote = 500

	// maxTyped is longer than any name: 63 bytes each for schema, table and column,
	// all of them quotes that are doubled.
	maxTyped = 400

	// maxNames bounds how many names a form offers to type.
	maxNames = 6
)

// modalOf is the form behind a button.
func (a *App) modalOf(h hold.Hold, c click) slackgo.ModalViewRequest {
	p := page{app: a, hold: h, people: a.desk.People()}
	m := slackgo.ModalViewRequest{
		Type: slackgo.VTModal, CallbackID: c.action, PrivateMetadata: strings.Join([]string{h.ID, c.channel, c.ts}, " "),
		Close: plain("Back"),
	}
	p.facts("Host", p.place(), "Database", h.Database, "Asked by", p.requesterInFull(), "From", p.from())
	p.says(p.destroyed())
	note := "Reason"
	switch c.action {
	case actionApprove:
		m.Title, m.Submit = plain("Approve "+h.ID), plain("Approve")
		p.says("It runs as soon as enough people have approved it. This cannot be taken back.")
		p.add(a.typedField(h, c))
	default:
		m.Title, m.Submit = plain("Deny "+h.ID), plain("Deny")
		p.says(capital(p.kept()) + ". " + word(p.requester(), maxFact) + " is told who denied it, and why.")
	}
	p.add(noteField(note, p.requester()))
	m.Blocks = slackgo.Blocks{BlockSet: p.blocks}
	return m
}

// typedField asks for the name of what goes, or who asked for that of the database.
func (a *App) typedField(h hold.Hold, c click) slackgo.Block {
	names := h.TypeNames()
	if a.own(h, c) {
		names = []string{h.Database}
	}
	shown := names[:min(len(names), maxNames)]
	input := slackgo.NewPlainTextInputBlockElement(nil, fieldTyped)
	input.MaxLength = maxTyped
	label := line("Type "+wording.List(shown, "or"), maxLabel/2)
	return slackgo.NewInputBlock(fieldTyped, plain(label), nil, input)
}

// noteField asks for the reviewer's words; a denial needs none, since the safe
// answer is to be the easy one.
func noteField(label, requester string) slackgo.Block {
	input := slackgo.NewPlainTextInputBlockElement(nil, fieldNote)
	input.Multiline = true
	input.MaxLength = maxNote
	b := slackgo.NewInputBlock(fieldNote, plain(label), plain(fmt.Sprintf("%s sees it, and the record keeps it.", line(requester, maxFact))), input)
	b.Optional = true
	return b
}
