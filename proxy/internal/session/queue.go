package session

import (
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// Kinds of expected replies that are not the reply to a client's message.
const (
	expectRefusal = 1 // a Parse of ours that the server must reject
	expectAnswer  = 2 // the answer to a question of ours
)

// reply is the reply that one forwarded message will get.
type reply struct {
	kind      byte // type of the client's message, or one of the constants above
	closeKind byte
	step      uint8 // expectAnswer: parts seen
	limit     int32 // Execute: rows at most; 0 is all
	word      word  // Query and Execute: that the text begins with
	at        int   // Query: statements completed
	done      int   // Query: of these the ones that are in facts
	serial    uint64
	name      string
	facts     *rules.Facts
	counts    *rules.Rows // Query: of the statement that is alone
	alone     bool        // Query
	hold      string
	changes   bool
	spared    bool        // people were not asked about what the server says is temporary, absent or new
	mixed     bool        // a Query or FunctionCall inside of a batch that has not ended
	refusal   *wire.Error // what the client gets in the place of the server's error
}

// alone says that a text is one statement, which changes no names, and what the number
// in its tag stands for. A reply notes both: by the time it comes, the facts are far from
// the processor.
func alone(f *rules.Facts) (alone bool, counts *rules.Rows) {
	if f == nil || !f.Read || len(f.Statements) != 1 {
		return false, nil
	}
	st := &f.Statements[0]
	if st.Index != 0 || len(st.Names) > 0 {
		return false, nil
	}
	return true, st.Rows
}

// endsBatch says that the reply ends with ReadyForQuery.
func (r *reply) endsBatch() bool {
	return r.kind == wire.Sync || r.kind == wire.Query || r.kind == wire.FunctionCall
}

// running is the statement of a Query that the server completes next; nil for one
// that is not in its facts, and where it is not known which it is.
func (r *reply) running() *rules.Statement {
	if r.facts == nil || !r.facts.Read || r.done == len(r.facts.Statements) {
		return nil
	}
	if s := &r.facts.Statements[r.done]; s.Index == r.at {
		return s
	}
	return nil
}

// keptCapacity is how many items a session keeps room for while it is idle: a
// usual batch. The room that a burst needed is given back.
const keptCapacity = 64

// queue holds the replies that are still to come, in the order of the messages.
// The zero value is empty.
type queue struct {
	items []reply
	first int
}

func (q *queue) len() int { return len(q.items) - q.first }

func (q *queue) push(r reply) { q.items = append(q.items, r) }

// head is the reply that comes next; nil when none is expected.
func (q *queue) head() *reply {
	if q.first == len(q.items) {
		return nil
	}
	return &q.items[q.first]
}

// pop removes the head and moves the rest together once half of it is free.
func (q *queue) pop() {
	q.items[q.first] = reply{}
	q.first++
	if q.first*2 < len(q.items) {
		return
	}
	n := copy(q.items, q.items[q.first:])
	clear(q.items[n:])
	q.items, q.first = q.items[:n], 0
	if n == 0 && cap(q.items) > keptCapacity {
		q.items = nil
	}
}

// rest gives back the room of an empty queue.
func (q *queue) rest() {
	if q.len() == 0 {
		*q = queue{}
	}
}

// endsSettled says that everything in flight will be answered by the server
// without another message of the client.
func (q *queue) endsSettled() bool {
	n := len(q.items)
	return q.len() > 0 && q.items[n-1].endsBatch()
}

// settles says that a batch in flight will be answered to its end by the server
// without another message of the client.
func (q *queue) settles() bool {
	for i := range q.items[q.first:] {
		if q.items[q.first+i].endsBatch() {
			return true
		}
	}
	return false
}

// remix notes anew which messages in flight came inside of a batch that has not ended.
func (q *queue) remix() {
	open := false
	for i := range q.items[q.first:] {
		r := &q.items[q.first+i]
		r.mixed = r.mixed || open && r.kind != wire.Sync && r.endsBatch()
		open = !r.endsBatch()
	}
}

// fails says that an error of the head is the end of a hold: its reply is in the
// same batch.
func (q *queue) fails(hold string) bool {
	for i, r := range q.items[q.first:] {
		if r.hold == hold {
			return true
		}
		if r.kind == wire.Sync || i == 0 && r.endsBatch() {
			return false
		}
	}
	return false
}

// dropBehindHead removes the replies behind the head that f picks, until f says
// that there are no more.
func (q *queue) dropBehindHead(f func(*reply) (drop, more bool)) {
	kept := q.first + 1
	more := true
	for i := q.first + 1; i < len(q.items); i++ {
		drop := false
		if more {
			drop, more = f(&q.items[i])
		}
		if !drop {
			q.items[kept] = q.items[i]
			kept++
		}
	}
	clear(q.items[kept:])
	q.items = q.items[:kept]
}
