package simulate

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// item is what a client writes at once.
type item struct {
	messages []message
	wait     bool // until nothing is under way any more
	ifCopy   bool // only when the server reads copy data then
}

// writer draws what a client says.
type writer struct {
	*rand.Rand
	tables [4]string // the third is not there at first, the last one is temporary
	serial int       // numbers every statement, so that no reply looks like another
	big    bool
}

// calmItems is how many items end a script: nothing fails by chance there.
const calmItems = 5

// newScript is a client's conversation: it ends outside of a transaction with
// nothing under way. names numbers its tables; a client that repeats itself says the
// same few statements again and again, and waits for what becomes of them.
func newScript(r *rand.Rand, session, names int, repeats bool) []item {
	w := &writer{Rand: r, tables: [4]string{fmt.Sprintf("a%d", names), fmt.Sprintf("b%d", names), fmt.Sprintf("c%d", names), fmt.Sprintf("d%d", names)}, serial: 100 * session}
	w.big = r.IntN(20) == 0
	patience := r.IntN(4) // of four, how often it waits
	var items []item
	for range 3 + r.IntN(10) {
		if repeats && r.IntN(2) == 0 {
			items = append(items, w.again())
		}
		for _, i := range w.exchange() {
			i.wait = i.wait || r.IntN(4) < patience
			items = append(items, i)
		}
	}
	return append(items,
		item{messages: []message{bare(wire.Sync)}, wait: true},
		item{messages: []message{copyFail()}, wait: true, ifCopy: true},
		item{messages: []message{bare(wire.Sync)}, wait: true},
		item{messages: []message{query("rollback")}, wait: true},
		item{wait: true},
	)
}

// exchange is one thing that a client does.
func (w *writer) exchange() []item {
	switch n := w.IntN(22); {
	case n >= 20:
		return w.nested()
	case n < 4:
		return one(query(w.text(true)))
	case n < 6:
		return one(query(w.several()))
	case n < 7:
		return one(query(w.trick()))
	case n < 13:
		return w.batch()
	case n < 15:
		return w.early()
	case n < 16:
		return w.fetches()
	case n < 18:
		return w.copy()
	case n < 19:
		if w.IntN(3) == 0 {
			return one(functionCall(oidAdd, "\x00\x00\x00\x01", "\x00\x00\x00\x02"))
		}
		return one(functionCall(oidCreate, "\x00\x06\x00\x00"))
	}
	return one(w.odd())
}

// again is one of few statements, some of which the server fails.
func (w *writer) again() item {
	text := []string{
		"delete from " + w.tables[0], "delete from " + w.tables[0], "drop table missing", "truncate " + w.tables[1],
		"delete from " + w.tables[0] + "; select 1/0", "delete from " + w.tables[0] + "; commit; select 1/0",
	}[w.IntN(6)]
	if w.IntN(3) == 0 && !strings.Contains(text, ";") {
		return item{messages: []message{parse("", text), bindTo("", ""), execute("", 0), bare(wire.Sync)}, wait: true}
	}
	return item{messages: []message{query(text)}, wait: true}
}

func one(m ...message) []item { return []item{{messages: m}} }

// text is one statement.
func (w *writer) text(simple bool) string {
	w.serial++
	t, n := w.table(), w.IntN(6)
	choices := []string{
		fmt.Sprintf("select %d", w.serial), fmt.Sprintf("select %d", w.serial),
		fmt.Sprintf("select generate_series(%d,%d)", w.serial, w.serial+n),
		"select id from " + t,
		fmt.Sprintf("insert into %s values (%d)", t, w.serial),
		fmt.Sprintf("insert into %s select generate_series(%d,%d)", t, w.serial, w.serial+n),
		fmt.Sprintf("insert into %s values (%d) returning id", t, w.serial),
		fmt.Sprintf("delete from %s where id = %d", t, n),
		"delete from " + t, "delete from " + t, "delete from " + t + " returning id",
		"truncate " + t, "truncate " + t, "drop table " + t, "drop table " + t, "drop table if exists " + t,
		"create temp table " + w.tables[3] + " (id int)", "create temp table " + w.tables[3] + " (id int)",
		fmt.Sprintf("update %s set id = id + %d", t, w.serial),
		"create table " + w.lasting() + " (id int)", "create table if not exists " + w.lasting() + " (id int)",
		"begin", "begin", "begin", "commit", "commit", "rollback",
		fmt.Sprintf("select noisy(%d)", w.serial), "select scs_off()", "select scs_on()",
		"set standard_conforming_strings = on", fmt.Sprintf("set application_name = 'app %d'", w.serial),
		"savepoint " + w.savepoint(), "savepoint " + w.savepoint(), "rollback to " + w.savepoint(), "release " + w.savepoint(),
		"listen n1", fmt.Sprintf("notify n1, '%d'", w.serial),
		"prepare " + w.shared() + " as " + w.inner(),
		"execute " + w.shared(), "execute " + w.shared(), "deallocate " + w.shared(), "deallocate " + w.statement(), "deallocate all",
		"discard all", "select 1/0", "select wrong from", "", "fetch 2 from c1", "close c1",
	}
	if simple {
		choices = append(choices, "declare c1 cursor for select generate_series(1,5)", w.text(false)+fmt.Sprintf(" /* %d; */", w.serial),
			"alter table "+w.lasting()+" rename to "+w.lasting())
	}
	if w.big && w.IntN(10) == 0 {
		return fmt.Sprintf("select repeat('xyz', %d)", 10000+w.IntN(60000))
	}
	return choices[w.IntN(len(choices))]
}

func (w *writer) savepoint() string { return "v" + strconv.Itoa(1+w.IntN(2)) }
func (w *writer) table() string     { return w.tables[[]int{0, 0, 0, 1, 1, 2, 3}[w.IntN(7)]] }
func (w *writer) lasting() string   { return w.tables[[]int{0, 1, 2}[w.IntN(3)]] }
func (w *writer) statement() string { return "s" + strconv.Itoa(1+w.IntN(3)) }

// shared is a name that SQL's EXECUTE uses too, so that only what inner gives may
// be prepared under it: an EXECUTE of an EXECUTE or a COPY is not modelled.
func (w *writer) shared() string { return "p" + strconv.Itoa(1+w.IntN(2)) }

// inner is the body of a PREPARE.
func (w *writer) inner() string {
	w.serial++
	return []string{"delete from " + w.table(), "select " + strconv.Itoa(w.serial), "delete from " + w.table() + " returning id",
		fmt.Sprintf("insert into %s values (%d)", w.table(), w.serial)}[w.IntN(4)]
}

// several is a string of statements.
func (w *writer) several() string {
	var list []string
	for range 2 + w.IntN(3) {
		list = append(list, w.text(true))
	}
	if w.IntN(3) == 0 {
		list = append([]string{"begin"}, append(list, "commit")...)
	}
	return strings.Join(list, ";\n")
}

// nested is a transaction with savepoints: statement by statement, as one string or as
// one pipeline.
func (w *writer) nested() []item {
	list := []string{"begin"}
	for range 3 + w.IntN(6) {
		t := w.lasting()
		list = append(list, []string{
			"savepoint " + w.savepoint(), "savepoint " + w.savepoint(), "rollback to " + w.savepoint(), "rollback to " + w.savepoint(),
			"release " + w.savepoint(), fmt.Sprintf("delete from %s where id = %d", t, w.IntN(6)), "delete from " + t, "delete from " + t + " returning id",
			fmt.Sprintf("insert into %s select generate_series(1,%d)", t, 1+w.IntN(4)), fmt.Sprintf("update %s set id = id + 0", t),
			"execute " + w.shared(), "select 1/0",
		}[w.IntN(12)])
	}
	list = append(list, []string{"commit", "commit", "rollback"}[w.IntN(3)])
	var items []item
	var batch []message
	for _, text := range list {
		items = append(items, item{messages: []message{query(text)}})
		batch = append(batch, parse("", text), bindTo("", ""), execute("", 0))
	}
	switch w.IntN(4) {
	case 0:
		return one(query(strings.Join(list, "; ")))
	case 1:
		return one(append(batch, bare(wire.Sync))...)
	}
	return items
}

// trick is text that destroys or not by the setting it is read under.
func (w *writer) trick() string {
	return []string{
		`select 'a\'; delete from ` + w.table() + `; --'`,
		`select 'a\''; delete from ` + w.table() + `; --'`,
	}[w.IntN(2)]
}

// prepared is Parse and Bind of one statement; parameters now and then.
func (w *writer) prepared(name, portal string) []message {
	n := strconv.Itoa(w.IntN(9))
	switch w.IntN(8) {
	case 0:
		return []message{parse(name, "delete from "+w.table()+" where id = $1"), bindTo(portal, name, n)}
	case 1:
		return []message{parse(name, "insert into "+w.table()+" values ($1)"), bindTo(portal, name, []string{n, "x"}[w.IntN(6)/5])}
	case 2:
		return []message{parse(name, "select $1::int"), bindTo(portal, name, n)}
	case 3:
		if w.big {
			n = strings.Repeat("y", 60000+w.IntN(150000))
		}
		return []message{parse(name, "select length($1::text)"), bindTo(portal, name, n)}
	case 4:
		if w.IntN(3) == 0 {
			return []message{parse(name, []string{`select 'a\'`, w.trick()}[w.IntN(2)]), bindTo(portal, name)}
		}
	}
	return []message{parse(name, w.text(false)), bindTo(portal, name)}
}

// batch is a pipeline of the extended protocol, with or without its Sync.
func (w *writer) batch() []item {
	var items []item
	var m []message
	cut := func() { // what comes next may come later
		if w.IntN(5) == 0 && len(m) > 0 {
			items, m = append(items, item{messages: m}), nil
		}
	}
	for range 1 + w.IntN(4) {
		name, portal := w.names()
		m = append(m, w.prepared(name, portal)...)
		cut()
		if w.IntN(3) == 0 {
			m = append(m, describe('P', portal))
		}
		m = append(m, execute(portal, w.IntN(5)/3))
		if w.IntN(6) == 0 {
			m = append(m, bare(wire.Flush))
		}
		if w.IntN(12) == 0 {
			m = append(m, w.odd())
		}
		cut()
	}
	if w.IntN(12) > 0 {
		m = append(m, bare(wire.Sync))
	}
	return append(items, item{messages: m})
}

// names draws a statement and a portal, mostly the unnamed ones.
func (w *writer) names() (statement, portal string) {
	if w.IntN(3) == 0 {
		statement = w.statement()
	}
	if w.IntN(8) == 0 {
		portal = "x" + strconv.Itoa(1+w.IntN(2))
	}
	return statement, portal
}

// early prepares first and runs later, as drivers do.
func (w *writer) early() []item {
	name := w.statement()
	first := []message{parse(name, w.text(false)), describe('S', name), bare([]byte{wire.Sync, wire.Sync, wire.Flush}[w.IntN(3)])}
	if w.IntN(4) == 0 {
		name = w.shared()
		first = []message{query("prepare " + name + " as " + w.inner())}
		if w.IntN(2) == 0 {
			first = []message{parse(name, w.inner()), bare(wire.Sync)}
		}
		if w.IntN(2) == 0 {
			return []item{{messages: first}, {messages: []message{query("execute " + name)}}}
		}
	}
	then := []message{bindTo("", name), execute("", 0), bare(wire.Sync)}
	if w.IntN(3) == 0 {
		then = append([]message{closeOf('S', name), parse(name, w.inner())}, then...)
	}
	return []item{{messages: first}, {messages: then}}
}

// fetches executes a portal in parts.
func (w *writer) fetches() []item {
	m := append(w.prepared("", ""), execute("", 1+w.IntN(2)))
	for range w.IntN(4) {
		m = append(m, execute("", w.IntN(3)))
	}
	if w.IntN(4) == 0 {
		m = append(m, execute("c1", 1))
	}
	return one(append(m, bare(wire.Sync))...)
}

// copy is a COPY, pipelined or waited for.
func (w *writer) copy() []item {
	start := []message{query("copy " + w.table() + " from stdin")}
	extended := w.IntN(3) == 0
	if extended {
		start = []message{parse("", "copy "+w.table()+" from stdin"), bindTo("", ""), execute("", 0)}
		if w.IntN(2) == 0 {
			start = append(start, bare(wire.Sync)) // which the server ignores
		}
	} else if w.IntN(4) == 0 {
		start = []message{query("copy " + w.table() + " from stdin; " + w.text(true))}
	}
	var data []message
	for i := range w.IntN(4) {
		data = append(data, copyData(fmt.Sprintf("%d\n", i)))
	}
	if w.IntN(8) == 0 {
		data = append(data, copyData("bad\n"))
	}
	data = append(data, []message{bare(wire.CopyDone), bare(wire.CopyDone), copyFail()}[w.IntN(3)])
	if w.IntN(25) == 0 {
		data = append([]message{w.odd()}, data...)
	}
	items := []item{{messages: start}, {messages: data}}
	switch w.IntN(3) {
	case 0:
		items = []item{{messages: append(start, data...)}}
	case 1:
		items[1].wait, items[1].ifCopy = true, true
	}
	if extended && w.IntN(6) > 0 {
		items = append(items, item{messages: []message{bare(wire.Sync)}})
	}
	return items
}

// odd is a message that a driver would not send there.
func (w *writer) odd() message {
	return []message{
		bare(wire.Sync), bare(wire.Flush), bare(wire.CopyDone), copyFail(), copyData("1\n"),
		execute("", 0), execute("x1", 1), bindTo("", w.statement()), describe('S', w.shared()), describe('P', ""),
		closeOf('S', w.shared()), closeOf('P', ""), closeOf('P', "x1"), closeOf('S', ""), query(w.text(true)),
		execute("c1", 2), parse(w.statement(), w.text(false)), parse("", w.inner()), bindTo("", ""),
	}[w.IntN(19)]
}
