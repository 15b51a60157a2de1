package session

import (
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// Before people are asked about a batch the server is: what its names stand for, and
// where it looks for them. That is done only while the server is ready and nothing of
// the client is under way, so every reply up to the next ReadyForQuery is ours. Inside
// a transaction the question stands between a savepoint and the return to it, so that
// an error of ours is none of the client's. Whatever goes wrong, the batch is held as
// if nobody had asked.

// question is a question to the server that is under way.
type question struct {
	steps         []*rules.Statement // nil where no answer about names would be certain
	names         []rules.Named      // asked about
	inTransaction bool
	utf8          bool // names come as UTF-8
	answer        answer

	parts     int // ParseCompletes seen
	failed    bool
	rescues   int
	withdrawn bool // the client has cancelled meanwhile

	behind   *Behind // in the state asking: who waits behind the transaction
	then     func()  // what was decided about the batch meanwhile; nil for nothing
	released string  // the hold that then releases
}

const (
	// maxAsked bounds the names of one question: a migration drops some dozens at once.
	maxAsked = 64

	// maxRescues is how often the return to the savepoint is tried. It fails when
	// something cancels it just then.
	maxRescues = 3
)

// Texts of ours around the question. The time that a question may take is bounded by
// the server, and the session's own limit, which may be shorter, is not in its way;
// both settings end with the question. Compiling would take longer than running.
const (
	savepoint   = "/* holdfast */ SAVEPOINT " + askName
	rollbackTo  = "/* holdfast */ ROLLBACK TO SAVEPOINT " + askName
	releaseIt   = "/* holdfast */ RELEASE SAVEPOINT " + askName
	limitItself = "/* holdfast */ SELECT pg_catalog.set_config('statement_timeout', '2000', true), pg_catalog.set_config('jit', 'off', true)"
)

// OIDs of the types of a question's parameters.
const (
	oidTextArray = 1009
	oidNameArray = 1003
)

// mayInquire says that the server is ready for a question of ours, and nothing else is
// under way. In the implicit block that a Query inside of a pipeline leaves open
// (PostgreSQL 18) there is no savepoint.
func (c *Core) mayInquire() bool {
	return c.cfg.Mode == Enforce && c.cfg.Answers && c.queue.len() == 0 && !c.dirty && !c.skipping && !c.copying.open && !c.mixed &&
		c.resync.doubtful+c.resync.extra == 0 && !c.resync.lost && (c.status == 'I' || c.status == 'T') &&
		c.statements.m[askName] == nil && c.portals.m[askName] == nil
}

// inquire asks the server.
func (c *Core) inquire() {
	q := &question{inTransaction: c.status == 'T', utf8: c.knowsUTF8()}
	if steps, ok := c.steps(); ok {
		q.steps = steps
		q.collect(q.utf8 && rules.IsUTF8(c.cfg.ServerEncoding))
	}
	q.answer.objects = make([]object, len(q.names))
	c.question, c.state = q, inquiring
	var b []byte
	if q.inTransaction {
		b = wire.AppendOwn(b, askName, savepoint)
	}
	b = wire.AppendOwn(b, askName, limitItself)
	b = q.appendQuestion(b)
	if q.inTransaction {
		b = appendRescue(b)
	}
	c.toServer(wire.AppendSync(b))
}

// knowsUTF8 says that texts of the server come as UTF-8.
func (c *Core) knowsUTF8() bool { return rules.IsUTF8(c.settings.known().ClientEncoding) }

// collect takes the names of the steps; all says that names that are not plain ASCII
// reach the server as they are. Of more names than may be asked for none is.
func (q *question) collect(all bool) {
	for _, st := range q.steps {
		for i := range st.Effects {
			named, ok := askable(&st.Effects[i])
			if ok && !slices.Contains(q.names, named) && (all || plain(named.Schema+named.Name)) {
				q.names = append(q.names, named)
			}
			if len(q.names) > maxAsked {
				q.names = nil
				return
			}
		}
	}
}

func (q *question) appendQuestion(b []byte) []byte {
	if len(q.names) == 0 {
		return wire.AppendOwn(b, askName, q.text())
	}
	var kind, schema, name []string
	for _, n := range q.names {
		kind, schema, name = append(kind, string(kinds[n.Object])), append(schema, n.Schema), append(name, n.Name)
	}
	return wire.AppendOwn(b, askName, q.text(),
		wire.Param{Type: oidTextArray, Value: arrayOf(kind)},
		wire.Param{Type: oidNameArray, Value: arrayOf(schema)},
		wire.Param{Type: oidNameArray, Value: arrayOf(name)})
}

// appendRescue appends the return to the savepoint, which also undoes the settings.
func appendRescue(b []byte) []byte {
	return wire.AppendOwn(wire.AppendOwn(b, askName, rollbackTo), askName, releaseIt)
}

// arrayOf writes an array as the server reads one.
func arrayOf(elements []string) string {
	quoted := make([]string, len(elements))
	for i, e := range elements {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(e) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}

// asks is the number of the part whose rows are the answer.
func (q *question) asks() int {
	if q.inTransaction {
		return 3
	}
	return 2
}

// questionMessage takes a message of the server while a question is under way.
func (c *Core) questionMessage(typ byte, message []byte) (kept bool, instead []byte) {
	q, body := c.question, message[wire.HeaderLen:]
	switch typ {
	case wire.NotificationResponse:
		return false, nil
	case wire.ParameterStatus:
		c.parameterStatus(body)
		return false, nil
	case wire.NoticeResponse: // a warning is of the server's own accord, as that it goes down
		return wire.ErrorField(body, 'V') != "WARNING", nil
	case wire.ErrorResponse:
		if endsSession(body) {
			c.serverFatal = true
			return false, nil
		}
		q.failed = true
	case wire.ParseComplete:
		q.parts++
	case wire.DataRow:
		switch {
		case q.parts != q.asks():
		case q.behind != nil:
			q.behindRow(body)
		default:
			q.answer.row(body)
		}
	case wire.CommandComplete:
		q.answer.whole = q.answer.whole || q.parts == q.asks()
	case wire.ReadyForQuery:
		if len(body) == 1 {
			c.questionOver(body[0])
		}
	}
	return true, nil
}

// questionOver is the ReadyForQuery behind a question.
func (c *Core) questionOver(status byte) {
	q := c.question
	c.status = status
	if q.failed && q.inTransaction && status == 'E' && q.rescues < maxRescues {
		q.rescues++
		c.toServer(wire.AppendSync(appendRescue(nil)))
		return
	}
	c.wake = true
}

// Withdraw notes that the client cancels while the server is being asked about its
// statement, or while a question puts off that it is sent: it then is refused. It is false
// when that is not so.
func (c *Core) Withdraw() bool {
	if c.state != inquiring && (!c.Deferred() || c.question.released == "") {
		return false
	}
	c.question.withdrawn = true
	return true
}

// Inquiring says that the server is being asked about a statement that waits.
func (c *Core) Inquiring() bool { return c.state == inquiring || c.asideNow() }
