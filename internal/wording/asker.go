package wording

import (
	"fmt"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// Asked is who asked, in short: the people, or the Postgres user where nobody is
// configured. Text is not made visible: that is the caller's.
func Asked(user string, unknown bool, who []hold.Requester) string {
	switch {
	case unknown:
		return fmt.Sprintf("unknown (Postgres user %s)", user)
	case len(who) == 0:
		return user
	}
	return Names(who)
}

// Names joins the people who asked, or may have: "ana", "ana and ben", "ana, ben and cy".
func Names(who []hold.Requester) string {
	var names []string
	for _, a := range who {
		names = append(names, a.Person)
	}
	return List(names, "and")
}

// NoneOf is that none of so many people: "neither" of two, and "none of them" of more.
func NoneOf(n int) string {
	if n == 2 {
		return "neither"
	}
	return "none of them"
}

// Asker is what who asked changes about who may answer a hold.
type Asker struct {
	Who     []hold.Requester
	OneMore bool   // one person more must approve, since nobody knows who asked
	Types   string // what who asked must type to approve it; empty where they may not

	// Submitter asks for a file that Who will run. Empty where it is no file.
	Submitter string
}

// Because says it, as the part of a sentence behind "because" would: "ana asked, so ana
// cannot answer". It is empty where nothing changes. visible makes names and what is to
// be typed fit for where they are shown.
func (a Asker) Because(visible func(string) string) string {
	asked := visible(Names(a.Who))
	if len(a.Who) > 1 {
		asked = "one of " + asked
	}
	switch {
	case a.Submitter != "" && (len(a.Who) > 0 || a.OneMore):
		return a.ofFile(visible(a.Submitter), asked)
	case len(a.Who) > 0 && a.Types != "":
		return fmt.Sprintf("%s asked, and may approve it by typing %s", asked, visible(a.Types))
	case len(a.Who) > 1:
		return fmt.Sprintf("%s asked, so %s can answer", asked, NoneOf(len(a.Who)))
	case len(a.Who) == 1:
		return fmt.Sprintf("%s asked, so %s cannot answer", asked, asked)
	case a.OneMore:
		return "it is not known who asked, which takes one more"
	}
	return ""
}

// ofFile is Because of a file: neither who asks nor who will run it can answer.
func (a Asker) ofFile(submitter, runner string) string {
	switch {
	case len(a.Who) == 0:
		return fmt.Sprintf("%s asks, so %s cannot answer; it is not known who will run it, which takes one more", submitter, submitter)
	case len(a.Who) == 1 && runner == submitter:
		return fmt.Sprintf("%s asks and will run it, so %s cannot answer", submitter, submitter)
	}
	return fmt.Sprintf("%s asks and %s will run it, so %s can answer", submitter, runner, NoneOf(len(a.Who)+1))
}

// AskedBy also says what makes it known: "ana (Postgres user app; client certificate)".
func AskedBy(user string, unknown bool, who []hold.Requester) string {
	switch {
	case unknown:
		return Asked(user, unknown, who)
	case len(who) == 0:
		return hold.ByUser + " " + user
	case len(who) == 1 && who[0].KnownBy == hold.ByUser:
		return fmt.Sprintf("%s (%s %s)", who[0].Person, hold.ByUser, user)
	case len(who) == 1:
		return fmt.Sprintf("%s (%s %s; %s)", who[0].Person, hold.ByUser, user, who[0].KnownBy)
	}
	var parts []string
	for _, a := range who {
		by := a.KnownBy
		if by == hold.ByUser {
			by += " " + user
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", a.Person, by))
	}
	return List(parts, "and")
}
