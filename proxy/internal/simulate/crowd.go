package simulate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// crowd is who asks and who answers.
type crowd struct {
	people  hold.People
	known   bool     // people are configured
	group   string   // who may answer: "" is anybody
	count   int      // of different people that a hold needs
	answers int      // how eager they are: 0 is never
	names   []string // who tries to answer, some of whom may not
	serial  int      // counts decisions
	same    bool     // a requester who is not known takes no more people
	typed   bool     // requesters may confirm their own
}

var dba = []string{"ana", "ben", "cy", "dee"}

func newCrowd(w *world) (c crowd) {
	c.names = []string{"ana", "ben", "ben", "cy", "cy", "dee", "zoe", "eve"}
	c.known, c.count, c.answers = w.IntN(4) > 0, []int{0, 1, 1, 2, 3}[w.IntN(5)], []int{0, 1, 3, 6}[w.IntN(4)]
	if !c.known {
		return c
	}
	if w.IntN(2) == 0 {
		c.group = "dba"
	}
	c.same, c.typed = w.IntN(3) == 0, w.IntN(3) == 0
	var err error
	c.people, err = hold.NewPeople([]hold.Person{
		{Name: "ana", Postgres: []string{"ana", "admin"}, OS: "ana"},
		{Name: "ben", Postgres: []string{"ben"}, OS: "ben"},
		{Name: "cy", OS: "cy"}, {Name: "dee", OS: "dee"}, {Name: "zoe", OS: "zoe"},
	}, map[string][]string{"dba": dba})
	if err != nil {
		panic(err)
	}
	return c
}

// user is the Postgres user of a client: two of them belong to ana.
func (c *crowd) user(n int) string { return []string{"ana", "app", "admin", "ben"}[n%4] }

// owner is the person whose Postgres user that is; empty is nobody's.
func (c *crowd) owner(user string) string {
	switch {
	case !c.known, user == "app":
		return ""
	case user == "admin":
		return "ana"
	}
	return user
}

// more is how many people more a hold of that user takes.
func (c *crowd) more(user string) int {
	if c.known && !c.same && c.owner(user) == "" {
		return 1
	}
	return 0
}

// allowed says who an answer is by, and whether they may answer a hold of that
// user: this is what hold must agree with.
func (c *crowd) allowed(by hold.Answerer, user string) (name string, ok bool) {
	name = by.OS
	if by.Person != "" {
		name = by.Person
	}
	switch {
	case !c.known:
		return by.OS, by.OS != ""
	case by.OS != "" && by.OS != name, name == "eve", name == "":
		return name, false
	case name == c.owner(user) && !c.typed:
		return name, false
	}
	return name, c.group == "" || slices.Contains(dba, name)
}

// decision is an answer that is under way.
type decision struct {
	hold.Decision
	id    string
	fact  *fact // nil for an id that nobody has
	name  string
	may   bool
	wrong bool // it must not count, whoever gives it
}

// decisions begins the keys of what is posted about them.
const decisions = "decision "

// decide lets somebody answer something.
func (w *world) decide(f *fact) {
	d := w.draw(f)
	run := w.run
	w.crowd.serial++
	key := fmt.Sprintf(decisions+"%06d", w.crowd.serial)
	if w.options.Trace != nil {
		w.trace(fmt.Sprintf("%s answers %s: yes %v, type %q", d.name, d.id, d.Approve, d.Type))
	}
	if f != nil && d.may && !d.wrong {
		f.tried(d)
	}
	desk := run.desk
	go func() {
		h, err := desk.Decide(context.WithValue(context.Background(), asker{}, key), d.id, d.Decision)
		w.post(key, func() {
			if !run.gone {
				w.decided(d, h, err)
			}
		})
	}()
}

// draw makes up an answer to a hold, or to none.
func (w *world) draw(f *fact) *decision {
	d := &decision{id: "zzzzzzzz", fact: f}
	d.Approve, d.Via = w.IntN(10) > 1, "cli"
	d.By = hold.Answerer{OS: w.crowd.names[w.IntN(len(w.crowd.names))]}
	switch w.IntN(12) {
	case 0:
		d.By = hold.Answerer{Person: d.By.OS}
	case 1:
		d.By.Person = "ben"
	}
	switch w.IntN(12) {
	case 0:
		d.Type, d.wrong = "nosuch", d.Approve
	case 1:
		d.Note, d.wrong = "two\nlines", true
	case 2:
		d.Note = "fine"
	}
	user := ""
	if f != nil {
		d.id, user = f.id, f.User
		if words := strings.Fields(f.Statements[0]); w.IntN(12) == 0 && d.Type == "" {
			d.Type = words[len(words)-1]
		}
	}
	if d.name, d.may = w.crowd.allowed(d.By, user); d.may && w.crowd.known && d.name == w.crowd.owner(user) {
		if d.Type == "" && w.IntN(2) == 0 {
			d.Type = f.Database
		}
		d.wrong = d.wrong || d.Approve && d.Type != f.Database
	}
	w.scoped(d, f)
	return d
}

// decided checks what somebody was told about their answer.
func (w *world) decided(d *decision, h hold.Hold, err error) {
	if w.options.Trace != nil {
		w.trace(fmt.Sprintf("%s is told about %s: %s %v", d.name, d.id, h.State, err))
	}
	var ended hold.ErrEnded
	var refused hold.ErrNotAllowed
	switch {
	case err == nil:
		w.accepted(d, h)
	case errors.Is(err, hold.ErrUnavailable):
		if w.disk.failed == 0 && w.run.ready() {
			w.fail(fmt.Sprintf("%s cannot answer %s, and the disk has no fault: %v", d.name, d.id, err))
		}
	case errors.Is(err, hold.ErrUnknownID):
		if d.fact != nil {
			w.fail(fmt.Sprintf("hold %s is said to be unknown", d.id))
		}
	case errors.As(err, &ended):
		if d.fact == nil || !d.fact.mayHaveEnded() {
			w.fail(fmt.Sprintf("%s is told that hold %s has ended (%v), but it waits", d.name, d.id, err))
		}
	case errors.As(err, &refused):
		if d.fact != nil && d.may && !d.wrong && (d.Type == "" || d.name == w.crowd.owner(d.fact.User)) && !d.fact.mayHaveEnded() && d.fact.count(d.name) < 2 {
			w.fail(fmt.Sprintf("%s may not answer hold %s: %v", d.name, d.id, err))
		}
	default:
		w.fail(fmt.Sprintf("the answer to hold %s failed: %v", d.id, err))
	}
}

// accepted is an answer that counts.
func (w *world) accepted(d *decision, h hold.Hold) {
	f := d.fact
	switch {
	case f == nil || h.ID != f.id:
		w.fail(fmt.Sprintf("the answer to hold %q counts for %q", d.id, h.ID))
	case !d.may || d.wrong:
		w.fail(fmt.Sprintf("the answer of %s to hold %s of %s counts, but must not", d.name, d.id, f.User))
	case !d.Approve && h.State == hold.Denied:
		f.no = append(f.no, d.name)
	case !d.Approve || h.State == hold.Denied || h.State == hold.Released || h.State == hold.Lapsed:
		w.fail(fmt.Sprintf("the answer of %s left hold %s as %s", d.name, d.id, h.State))
	case slices.Contains(f.yes, d.name):
		w.fail(fmt.Sprintf("%s approved hold %s twice, and it counts twice", d.name, d.id))
	default:
		f.yes = append(f.yes, d.name)
		if enough := len(h.Approvals) >= f.needed(); enough != (h.State == hold.Approved || h.State == hold.Granted) {
			w.fail(fmt.Sprintf("hold %s is %s with the yes of %v of %d", d.id, h.State, h.Approvals, f.needed()))
		}
	}
}
