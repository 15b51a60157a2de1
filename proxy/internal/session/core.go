package session

import (
	"unique"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// Mode says what a session does with a verdict. The zero value enforces.
type Mode uint8

// The modes of a host.
const (
	Enforce Mode = iota // holds and refuses
	Observe             // changes nothing on the wire, reports what it would have held
	Off                 // does not look
)

// String is the mode's word in the configuration.
func (m Mode) String() string {
	switch m {
	case Enforce:
		return "enforce"
	case Observe:
		return "observe"
	case Off:
		return "off"
	}
	return "unknown"
}

// Config is what a Core needs to know; its pointers are shared between sessions.
type Config struct {
	Origin rules.Origin
	Mode   Mode
	Reader *rules.Reader

	// Policy is asked for each text that is judged: a reload may have changed it.
	Policy func() *rules.Policy

	// Refusal words the error for a verdict that refuses by itself.
	Refusal func(rules.Verdict) wire.Error

	// Status is the transaction status of the first ReadyForQuery, and Settings
	// what the server reported before it.
	Status   byte
	Settings rules.Settings

	// Path are the settings of the StartupMessage on which it depends what names
	// without a schema mean, as one text; empty for none.
	Path string
	// Answers says that the server understands questions about names.
	Answers bool

	// SearchPath is search_path as the server reported it; empty where it does not.
	SearchPath string

	// ServerEncoding is the server's, as it reports it; empty is not known.
	ServerEncoding string

	// Tally is handed whose transaction did what to rows, each table once, when it is
	// over, from within Server or Over; nil sums nothing. The slice is good until it
	// returns.
	Tally func(unique.Handle[event.Origin], []event.Sum)
}

const (
	// MaxHeldInput bounds what is taken from a client while its statement waits:
	// enough for the rest of a batch; more stays in the sockets.
	MaxHeldInput = 256 << 10

	// MaxInFlight bounds the messages a client may have in flight, and with it
	// the memory of the queue that matches replies (about 100 bytes each).
	MaxInFlight = 1 << 16

	// streamFrom is the size from which an allowed Bind is passed on as it comes
	// instead of being collected first: a chunk of the engine.
	streamFrom = 64 << 10

	// maxServerControl bounds server messages that are collected before they are
	// looked at; rows and copy data are not among them.
	maxServerControl = 16 << 20
)

// state is what the client's side of a session is doing.
type state uint8

const (
	flowing   state = iota // messages are judged and forwarded as they come
	draining               // waiting until everything in flight is answered
	probing                // waiting for the answer to a question of ours
	resyncing              // waiting until it is known again where the server is
	inquiring              // waiting for what the names of a batch stand for
	asking                 // a batch is held
	closed                 // nothing goes in or out any more
)

// Core is one session. Make it with New.
type Core struct {
	cfg   Config
	state state
	raw   bool // both directions are passed on without looking

	// Client to server.
	in         []byte    // not forwarded yet; owned
	msgs       []message // judged messages at the start of in (or of the chunk)
	scanned    int       // bytes that msgs cover
	again      int       // bytes whose messages were judged, and reported, before a rescan
	found      []finding // messages of msgs that must not go on unasked
	suspect    int       // 1 + index in msgs of the first Parse that would be held at Bind; 0 is none
	passing    int       // bytes of a message under way that follow what was forwarded
	dropping   int       // the same of a message that is not forwarded
	deaf       bool      // the client broke the protocol: nothing more of it is taken
	discarding bool      // a refusal took a message's place: drop until Sync
	syncs      int       // how many of msgs are a Sync
	serial     uint64    // counts messages
	oddSync    bool      // a Sync had a body, which the server answers with an error
	unsure     bool      // something was judged by a name whose definition is in flight
	batch      uint      // counts batches
	dirty      bool      // messages were forwarded that no Sync has followed
	mixed      bool      // a Query or FunctionCall came inside of such a batch; until no transaction is open
	deferred   bool      // what was found has waited for the end of its batch

	// Server to client.
	serverIn    []byte // a message that is not complete; owned
	serverPass  int    // bytes of a message under way that follow what was forwarded
	later       []byte // our notices that wait for the end of that message
	queue       queue
	skipping    bool // the server ignores everything until Sync
	copying     copying
	resync      resync
	question    *question // in the state inquiring, and now and then in asking
	vague       bool      // in observe mode: what is in flight was forgotten once
	status      byte      // of the last ReadyForQuery
	settings    settings
	path        searchPath
	transaction transaction
	statements  names
	portals     names
	recent      recent
	live        []liveHold
	tally       tally                       // what the open transaction did to rows
	who         unique.Handle[event.Origin] // cfg.Origin; zero where nobody has asked since it changed
	wake        bool                        // what the client's side waited for has come
	serverFatal bool                        // the server said goodbye itself
	listens     bool                        // the client has sent LISTEN

	out Output
}

// New makes the core of a session that has just seen its first ReadyForQuery.
func New(cfg Config) *Core {
	c := &Core{
		cfg:      cfg,
		raw:      cfg.Mode == Off,
		status:   cfg.Status,
		settings: settings{reported: cfg.Settings},

		statements: names{foreign: !rules.IsUTF8(cfg.ServerEncoding)},
		portals:    names{foreign: !rules.IsUTF8(cfg.ServerEncoding)},
	}
	if cfg.SearchPath != "" {
		c.settings.reportedPath(cfg.SearchPath)
	}
	return c
}

// Output is what a Core wants done. Byte slices are to be written in order.
type Output struct {
	ToServer, ToClient [][]byte

	// Ask is a batch that now waits for Release or Refuse.
	Ask *Ask

	// Moot says that the batch that waits can no longer run, whatever people
	// answer: the server skips it because an earlier statement failed.
	Moot bool

	// Behind is the answer to AskBehind.
	Behind *Behind

	// Ended are released holds that the server has answered.
	Ended []Ended

	// Reports are verdicts to be recorded.
	Reports []Report

	// Uncounted are the statements that went on by a verdict that measures, each by its
	// first effect, which belongs to facts: every keyed DELETE and UPDATE is one. It is
	// zero where it is not known, as that of a call of a function.
	Uncounted []*rules.Effect

	// Statements is how many were judged.
	Statements int

	// Close is not nil when the session is over; ToClient says why to the client.
	Close error
}

// Ended is a released hold that the server has answered.
type Ended struct {
	ID     string
	Failed bool
	Result string // command tag, or SQLSTATE and message
}

// Report is a verdict to be recorded for a message that went on or was refused
// without asking.
type Report struct {
	Kind    ReportKind
	Verdict rules.Verdict
	SQL     string // for people: masked, UTF-8

	text string // that SQL was made of
}

// ReportKind says what happened with a verdict.
type ReportKind uint8

// The kinds of reports.
const (
	WouldHold ReportKind = iota + 1 // verdict hold or refuse in observe mode, forwarded
	Warned                          // verdict warn, forwarded
	Refused                         // verdict refuse, refused
)

// Take returns what has to be done since the last call and forgets it. The two
// lists of pieces, and Uncounted, are valid until the next call of any other method.
func (c *Core) Take() Output {
	o := c.out
	c.out = Output{ToServer: reuse(o.ToServer), ToClient: reuse(o.ToClient), Uncounted: reuse(o.Uncounted)}
	return o
}

// reuse keeps the room of a list of usual length.
func reuse[T any](list []T) []T {
	if cap(list) > keptCapacity {
		return nil
	}
	return list[:0]
}

// Held says that a batch waits for Release or Refuse.
func (c *Core) Held() bool { return c.state == asking }

// WantsClient says that more bytes of the client can be taken. While it is false
// the engine must not read from the client.
func (c *Core) WantsClient() bool {
	if c.state != flowing && len(c.in) >= MaxHeldInput {
		return false
	}
	return c.queue.len() < MaxInFlight
}

// Kept is how many bytes of messages the core keeps: those that are not complete
// and those that wait.
func (c *Core) Kept() int { return cap(c.in) + cap(c.serverIn) + len(c.later) }

// Idle says that nothing is in flight and no transaction is open: the moment at
// which a session can be ended without losing anything.
func (c *Core) Idle() bool { return c.status == 'I' && c.quiet() }

// quiet says that nothing is in flight: the server waits for the client.
func (c *Core) quiet() bool {
	return !c.raw && !c.vague && c.queue.len() == 0 && !c.dirty && !c.skipping && c.state == flowing && len(c.in) == 0
}

// Unused says that nothing is in flight, be it in a transaction, and that the client
// does not wait for notifications either: nobody would miss the session but for its
// state. A client that has sent LISTEN counts as waiting until DISCARD ALL: the tag of
// an UNLISTEN does not say whether it was all.
func (c *Core) Unused() (unused, inTransaction bool) {
	return c.quiet() && !c.listens && c.serverPass == 0, c.status != 'I'
}

// Rest gives back the room for messages and replies that are not there: a session
// that idles has no use for it. It may be called at any time and changes nothing
// else.
func (c *Core) Rest() {
	if len(c.msgs) == 0 {
		c.msgs = nil
	}
	if len(c.found) == 0 {
		c.found = nil
	}
	if len(c.out.ToServer) == 0 {
		c.out.ToServer = nil
	}
	if len(c.out.ToClient) == 0 {
		c.out.ToClient = nil
	}
	if len(c.out.Uncounted) == 0 {
		c.out.Uncounted = nil
	}
	c.queue.rest()
	c.recent = recent{}
	if c.tally.empty() {
		c.tally = tally{}
	}
}

// Origin is who the session belongs to, with its application_name of now.
func (c *Core) Origin() rules.Origin { return c.cfg.Origin }

// Who is Origin as a handle: it is in memory once for all sessions that have it.
func (c *Core) Who() unique.Handle[event.Origin] {
	if c.who == (unique.Handle[event.Origin]{}) {
		c.who = unique.Make(event.From(c.cfg.Origin))
	}
	return c.who
}

// forgetWho says that the origin has changed.
func (c *Core) forgetWho() { c.who = unique.Handle[event.Origin]{} }

// Owed says that the server has, or may have, something left to answer.
func (c *Core) Owed() bool {
	return c.raw || c.deaf || c.dirty || c.state == inquiring || c.asideNow() || c.copying.open || c.queue.len() > 0 || c.serverPass > 0
}

// ServerSaidGoodbye says that the server has sent a FATAL error: it needs no
// words of ours when it closes the connection.
func (c *Core) ServerSaidGoodbye() bool { return c.serverFatal }

// Live are the ids of released holds that the server has not answered.
func (c *Core) Live() []string {
	ids := make([]string, 0, len(c.live))
	for _, l := range c.live {
		ids = append(ids, l.id)
	}
	return ids
}

// Notice sends a NoticeResponse to the client, at the next border of a message.
func (c *Core) Notice(e wire.Error) {
	if c.state == closed {
		return
	}
	c.toClient(wire.AppendNotice(nil, e))
}

// End says why the session is over to the client and closes it. cause is for the
// log.
func (c *Core) End(e wire.Error, cause error) {
	if c.state == closed {
		return
	}
	if e.Message != "" && !c.raw { // where nothing is looked at no border of a message is known
		e.Severity = "FATAL"
		c.toClient(wire.AppendError(nil, e))
	}
	c.state = closed
	c.out.Close = cause
}

// toClient sends bytes of ours at the next border of a server message.
func (c *Core) toClient(b []byte) {
	if c.serverPass > 0 {
		c.later = append(c.later, b...)
		return
	}
	c.out.ToClient = append(c.out.ToClient, b)
}
