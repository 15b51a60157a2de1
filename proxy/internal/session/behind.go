package session

import (
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// While a batch waits for people inside a transaction, the transaction keeps its locks.
// Who waits behind them is asked of the server on the same connection, between a
// savepoint and the return to it as every question in a transaction (question.go). It
// changes nothing of the session, and the decision about the batch waits for its end.

// Behind is who waits behind the locks of the transaction that is open.
type Behind struct {
	// Fault is why nobody knows, for people; then the rest is empty.
	Fault string

	Count    int             // of sessions
	Sessions []BehindSession // longest wait first, MaxBehind at most

	// Strong is for how long the first of those has waited that wait for a lock of ours
	// which is stronger than those of reading and writing rows; below 0 there is none.
	Strong time.Duration
}

// BehindSession is a session that waits.
type BehindSession struct {
	PID               int // of its server process
	User, Application string
	Waited            time.Duration // in whole seconds
}

// MaxBehind bounds the sessions that are named: more than anybody reads.
const MaxBehind = 20

// AskBehind asks the server who waits behind the transaction of the batch that waits for
// people. The answer comes out as Output.Behind, at once where the server cannot be
// asked. It does nothing when no batch waits, or while a question is under way.
func (c *Core) AskBehind() {
	if c.state != asking || c.question != nil {
		return
	}
	if fault := c.cannotAsk(); fault != "" {
		c.out.Behind = &Behind{Fault: fault}
		return
	}
	c.question = &question{inTransaction: true, utf8: c.knowsUTF8(), behind: &Behind{Strong: -1}}
	var b []byte
	for _, text := range []string{savepoint, limitBehind, askBehind, forgetStats} {
		b = wire.AppendOwn(b, askName, text)
	}
	c.toServer(wire.AppendSync(appendRescue(b)))
}

// cannotAsk says why the server cannot be asked now; empty when it can.
func (c *Core) cannotAsk() string {
	switch {
	case !c.cfg.Answers:
		return "the server is not known to answer such questions"
	case c.status == 'E':
		return "the transaction has failed already"
	case c.status != 'T' || c.dirty:
		return "the batch that it is part of has begun on the server"
	case !c.mayInquire():
		return "the server is busy with the session"
	}
	return ""
}

// asideNow says that a question is under way while a batch waits for people.
func (c *Core) asideNow() bool { return c.state == asking && c.question != nil }

// concludeBehind is the end of such a question. What was decided meanwhile is done now.
func (c *Core) concludeBehind() {
	q := c.question
	c.question = nil
	b := q.behind
	if q.failed || !q.answer.whole || q.answer.bad {
		b = &Behind{Fault: "the server did not answer"}
	}
	c.out.Behind = b
	switch {
	case q.withdrawn:
		c.out.Ended = append(c.out.Ended, Ended{ID: q.released, Failed: true, Result: notSentCancelled})
		c.Refuse(withdrawnWords, q.released)
	case q.then != nil:
		q.then()
	case c.status == 'E': // the transaction could not be rescued
		c.out.Moot = true
	}
}

// notSentCancelled is the result of a release that its client has cancelled before it was
// sent, in the words in which internal/hold knows that nothing was.
const notSentCancelled = "not sent: its client cancelled it"

// afterQuestion keeps what was decided until the question that is under way is over. It
// is false when there is none.
func (c *Core) afterQuestion(then func(), released string) bool {
	if !c.asideNow() {
		return false
	}
	c.question.then, c.question.released = then, released
	return true
}

// Deferred says that something was decided about the batch that waits, and is done once
// a question is over.
func (c *Core) Deferred() bool { return c.asideNow() && c.question.then != nil }

// Unsent is the hold whose release waits for the end of a question; empty for none.
func (c *Core) Unsent() string {
	if c.question == nil {
		return ""
	}
	return c.question.released
}

// behindRow takes one row of the answer: how many there are, the longest wait for a
// strong lock, and one session.
func (q *question) behindRow(body []byte) {
	const columns = 6
	row, ok := wire.ReadRow(body, columns)
	if !ok || len(row) != columns {
		q.answer.bad = true
		return
	}
	number := func(i int) int {
		n, err := strconv.Atoi(string(row[i]))
		q.answer.bad = q.answer.bad || err != nil
		return n
	}
	b := q.behind
	b.Count = number(0)
	if row[1] != nil {
		b.Strong = time.Duration(number(1)) * time.Second
	}
	if len(b.Sessions) < MaxBehind {
		b.Sessions = append(b.Sessions, BehindSession{
			PID: number(2), User: q.legible(row[3]), Application: q.legible(row[4]), Waited: time.Duration(number(5)) * time.Second,
		})
	}
}

// legible is a name for people, where it was read for certain.
func (q *question) legible(name []byte) string {
	text := strings.ToValidUTF8(string(name), "?")
	if !q.utf8 && !plain(text) {
		return "?"
	}
	return text
}

const (
	// limitBehind also has the names of sessions read anew: the server keeps what it has
	// read of them until the end of the transaction.
	limitBehind = limitItself + ", pg_catalog.pg_stat_clear_snapshot()"

	// forgetStats leaves no names for the client's own look at pg_stat_activity, which
	// would be as old as the question then.
	forgetStats = "/* holdfast */ SELECT pg_catalog.pg_stat_clear_snapshot()"
)

// askBehind asks who waits, directly or behind others who do. A lock counts as strong
// that is stronger than ROW EXCLUSIVE, which writing rows takes, on a relation or another
// object (manual, "Explicit Locking"): a transaction always has its own number locked,
// and advisory locks are the application's own affair.
var askBehind = qualified(`/* holdfast */ WITH RECURSIVE
locks AS MATERIALIZED (SELECT l.pid, l.locktype, l.mode, l.granted, l.waitstart, l.database, l.relation, l.classid, l.objid FROM pg_catalog.pg_locks l),
ours AS MATERIALIZED (SELECT o.locktype, o.database, o.relation, o.classid, o.objid FROM locks o
	WHERE o.granted AND (o.pid = pg_catalog.pg_backend_pid())
	AND (o.mode = ANY ('{ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'::pg_catalog.text[]))),
waiting AS MATERIALIZED (SELECT l.pid, pg_catalog.pg_blocking_pids(l.pid) AS ahead, COALESCE(l.waitstart, pg_catalog.clock_timestamp()) AS since,
	EXISTS (SELECT 1 FROM ours o WHERE (o.locktype = l.locktype) AND (o.database = l.database)
		AND CASE WHEN l.locktype = 'relation' THEN o.relation = l.relation
			WHEN l.locktype = 'object' THEN (o.classid = l.classid) AND (o.objid = l.objid) ELSE false END) AS strong
	FROM locks l WHERE NOT l.granted),
behind(pid) AS (SELECT w.pid FROM waiting w WHERE pg_catalog.pg_backend_pid() = ANY (w.ahead)
	UNION SELECT w.pid FROM behind b JOIN waiting w ON (b.pid = ANY (w.ahead))),
them AS MATERIALIZED (SELECT w.pid, w.strong,
	pg_catalog.floor(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - w.since))::pg_catalog.int8 AS waited
	FROM behind b JOIN waiting w ON (w.pid = b.pid))
SELECT pg_catalog.count(*) OVER (), pg_catalog.max(t.waited) FILTER (WHERE t.strong) OVER (), t.pid,
	COALESCE(s.usename::pg_catalog.text, ''), COALESCE(s.application_name, ''), t.waited
FROM them t LEFT JOIN pg_catalog.pg_stat_activity s ON (s.pid = t.pid) ORDER BY t.waited DESC LIMIT ` + strconv.Itoa(MaxBehind))
