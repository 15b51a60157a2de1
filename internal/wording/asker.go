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
	var names []string
	for _, a := range who {
		names = append(names, a.Person)
	}
	return List(names, "and")
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
