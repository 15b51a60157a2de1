package session

import (
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// maxParts bounds what is looked at of all that depends on the objects of one
// question: beyond it they count as permanent.
const maxParts = 1000

// answer is what the server says to a question. The zero value knows nothing.
type answer struct {
	whole      bool // every row came
	bad        bool // something in it was not as it should be
	searchPath string
	isolation  string
	objects    []object // by number of the name, from 0 on
	parts      int
}

// object is what the server says about one name.
type object struct {
	found    int // how many things have the name
	relation rules.Relation
	kind     string   // relkind; empty for what is no relation
	oid      string   // of a relation
	root     string   // the relation that it is or belongs to
	members  []string // relations that go with it, itself among them
	standing rules.Standing
	taken    rules.Standing // the worst of what goes with it
	code     bool           // code of users runs when rows change
}

// columnsOfAnswer is how many columns each row has.
const columnsOfAnswer = 6

// row takes one row.
func (a *answer) row(body []byte) {
	columns, ok := wire.ReadRow(body, columnsOfAnswer)
	if !ok || len(columns) != columnsOfAnswer {
		a.bad = true
		return
	}
	var text [columnsOfAnswer]string
	for i := range columns {
		text[i] = string(columns[i])
	}
	if text[1] == "settings" {
		a.searchPath, a.isolation = text[2], text[3]
		return
	}
	n, err := strconv.Atoi(text[0])
	if err != nil || n < 1 || n > len(a.objects) {
		a.bad = true
		return
	}
	o := &a.objects[n-1]
	switch text[1] {
	case "object", "other":
		o.found++
		o.relation = rules.Relation{Schema: text[2], Name: text[3]}
		o.kind, o.oid = text[4], text[5]
	case "part":
		if a.parts++; a.parts <= maxParts { // else nothing more of it is kept
			o.part(text[2], text[3], text[4])
		}
	default:
		a.bad = true
	}
}

// part takes one thing that goes with an object.
func (o *object) part(relation, standing, code string) {
	o.code = o.code || code != ""
	if standing == "same" { // the relation it belongs to has a row of its own
		return
	}
	s, known := standings[standing]
	if !known || s == rules.StandingPermanent {
		o.taken = rules.StandingPermanent
		return
	}
	o.members = append(o.members, relation)
	if o.root == "" || relation == o.oid {
		o.root, o.standing = relation, s
	}
}

// stands is how what has the name stands. absent says that nothing of that name can
// have come since the server has looked.
func (a *answer) stands(named rules.Named, o *object, absent bool) rules.Standing {
	switch {
	case !a.whole || a.bad:
		return rules.StandingUnknown
	case o.found == 0 && absent:
		return rules.StandingAbsent
	case o.found == 0:
		return rules.StandingUnknown
	case o.found > 1 || o.root == "" || o.taken == rules.StandingPermanent || o.code || a.parts > maxParts,
		!strings.Contains(relationKinds[named.Object], o.kind):
		return rules.StandingPermanent
	}
	return o.standing
}

// exempts says that a statement on the object takes nothing that others have.
func exempts(s rules.Standing) bool {
	return s == rules.StandingTemporary || s == rules.StandingAbsent || s == rules.StandingCreated
}

// resolved is what the names stand for.
func (q *question) resolved() rules.Resolved {
	known := make(rules.Resolved, len(q.names))
	a := &q.answer
	absent := !q.inTransaction || strings.HasPrefix(a.isolation, "read ") // else the snapshot is of another time
	for i, named := range q.names {
		o := &a.objects[i]
		known[named] = rules.Object{Relation: q.shown(o), Standing: a.stands(named, o, absent)}
	}
	return known
}

// shown is the name of an object for people, where it was read for certain. A
// temporary one keeps the schema's own name, pg_temp_3: pg_temp is for the rules a
// promise that it is exempt.
func (q *question) shown(o *object) rules.Relation {
	if o.found != 1 || !q.utf8 && !plain(o.relation.Schema+o.relation.Name) {
		return rules.Relation{}
	}
	return o.relation
}

// certain says that no statement drops something that hides what a name behind it
// would stand for without it.
func (q *question) certain(known rules.Resolved) bool {
	var gone []string
	for _, st := range q.steps {
		for i := range st.Effects {
			named, ok := askable(&st.Effects[i])
			if o := q.object(named); ok && o != nil && named.Schema == "" && o.oid != "" && slices.Contains(gone, o.oid) {
				return false
			}
		}
		for i := range st.Effects {
			if named, ok := askable(&st.Effects[i]); ok && drops(&st.Effects[i]) && known[named].Standing != rules.StandingAbsent {
				if o := q.object(named); o != nil {
					gone = append(gone, o.members...)
					gone = append(gone, o.oid)
				}
			}
		}
	}
	return true
}

func (q *question) object(named rules.Named) *object {
	if i := slices.Index(q.names, named); i >= 0 {
		return &q.answer.objects[i]
	}
	return nil
}

// withoutExemptions is what is known for a text that waits for people: for that long
// nothing is sure to be absent, and they see all that it would take.
func withoutExemptions(known rules.Resolved) rules.Resolved {
	all := make(rules.Resolved, len(known))
	for named, o := range known {
		if exempts(o.Standing) {
			o.Standing = rules.StandingPermanent
		}
		all[named] = o
	}
	return all
}
