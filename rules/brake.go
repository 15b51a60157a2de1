package rules

import "slices"

// Brake holds what one actor deletes from one table, whatever the rules of people
// allow. It is set when far more was deleted than is usual, and stays until somebody
// releases it. It never stops other actors, other tables, reads, updates or inserts.
type Brake struct {
	Alert       string // id of the alert that set it
	Host        string
	Database    string
	User        string
	Application string

	// Table is as deletes are counted by: the bare name of a table of the schema
	// public or of a name written without a schema, "audit.orders" of others.
	Table string
}

// WithBrakes is p with these brakes in place of those it has. It does not change p,
// and owns the list from then on.
func (p *Policy) WithBrakes(brakes []Brake) *Policy {
	with := *p
	with.brakes = brakes
	return &with
}

// braked leaves v, or makes it say that the effect waits for somebody if a brake is on it
// and it would go on by itself. Either says that a brake is on it.
func (j *judging) braked(v *Verdict, one []Effect) {
	if len(j.policy.brakes) == 0 || !one[0].deletes() {
		return
	}
	i := slices.IndexFunc(j.policy.brakes, func(b Brake) bool { return b.on(&j.origin, &one[0]) })
	if i < 0 {
		return
	}
	if severity(v.Action) >= severity(Hold) {
		v.Braked = true
		return
	}
	*v = Verdict{
		Action: Hold, Rule: ruleBrake, Effects: one, Braked: true,
		Why: "deletes by " + j.origin.actor() + " there are braked since alert " + j.policy.brakes[i].Alert,
	}
}

// deletes says that rows go.
func (e *Effect) deletes() bool {
	switch e.Verb {
	case VerbDelete, VerbTruncate, VerbDropTable:
		return true
	case VerbMerge:
		return e.Object == "DELETE"
	}
	return false
}

// on says whether the brake is on an effect. A name without a schema may stand for
// the table of any schema.
func (b *Brake) on(o *Origin, e *Effect) bool {
	if b.Host != o.Host || b.Database != o.Database || b.User != o.User || b.Application != o.Application {
		return false
	}
	t := e.Target
	return b.Table == t.Counted() || t.Schema == "" && hasSchema(b.Table, t.Name)
}

// hasSchema says that counted is the table of that name in some schema.
func hasSchema(counted, name string) bool {
	at := len(counted) - len(name) - 1
	return at > 0 && counted[at] == '.' && counted[at+1:] == name
}

// actor is who sends it, as alerts name them.
func (o *Origin) actor() string {
	if o.Application == "" {
		return o.User
	}
	return o.User + "/" + o.Application
}
