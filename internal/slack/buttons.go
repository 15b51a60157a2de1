package slack

import (
	"fmt"

	slackgo "github.com/slack-go/slack"
)

// What a button or a modal is for.
const (
	actionApprove = "hold.approve"
	actionDeny    = "hold.deny"
	actionOpen    = "hold.open" // a link; Slack tells of the click all the same
)

// buttons adds Deny first: the safe answer is the easy one.
func (p *page) buttons() {
	var row []slackgo.BlockElement
	if p.app.answerable(p.people) {
		row = append(row, p.denyButton(), p.approveButton())
	}
	if link := p.app.link(p.hold.ID); link != "" {
		open := slackgo.NewButtonBlockElement(actionOpen, p.hold.ID, plain("Open the page"))
		open.URL = link
		row = append(row, open)
	}
	if len(row) > 0 {
		p.add(slackgo.NewActionBlock("hold."+p.hold.ID, row...))
	}
}

func (p *page) denyButton() *slackgo.ButtonBlockElement {
	return slackgo.NewButtonBlockElement(actionDeny, p.hold.ID, plain("Deny"))
}

// approveButton asks once more in Slack's own dialog, which a thumb on a phone
// needs; where a name is to be typed the modal does that.
func (p *page) approveButton() *slackgo.ButtonBlockElement {
	label := "Approve"
	if p.hold.TypeName {
		label = "Approve…"
	}
	b := slackgo.NewButtonBlockElement(actionApprove, p.hold.ID, plain(label))
	b.Style = slackgo.StyleDanger
	if !p.hold.TypeName {
		b.Confirm = slackgo.NewConfirmationBlockObject(
			plain("Approve "+p.hold.ID),
			plain(line(fmt.Sprintf("%s on %s runs as soon as enough people have approved it.", p.asked(), p.place()), maxConfirm)),
			plain("Approve"), plain("Back"))
		b.Confirm.Style = slackgo.StyleDanger
	}
	return b
}

// maxConfirm bounds the text of a confirmation dialog; Slack's limit is 300.
const maxConfirm = 300
