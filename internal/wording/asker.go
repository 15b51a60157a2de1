package wording

import "fmt"

// Asker is a person who asked, and what says so.
type Asker struct{ Person, KnownBy string }

// byUser is what says so where the Postgres user does.
const byUser = "Postgres user"

// Asked is who asked, in short: the people, or the Postgres user where nobody is
// configured. Text is not made visible: that is the caller's.
func Asked(user string, unknown bool, who []Asker) string {
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
func AskedBy(user string, unknown bool, who []Asker) string {
	switch {
	case unknown:
		return Asked(user, unknown, who)
	case len(who) == 0:
		return byUser + " " + user
	case len(who) == 1 && who[0].KnownBy == byUser:
		return fmt.Sprintf("%s (%s %s)", who[0].Person, byUser, user)
	case len(who) == 1:
		return fmt.Sprintf("%s (%s %s; %s)", who[0].Person, byUser, user, who[0].KnownBy)
	}
	var parts []string
	for _, a := range who {
		by := a.KnownBy
		if by == byUser {
			by += " " + user
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", a.Person, by))
	}
	return List(parts, "and")
}
