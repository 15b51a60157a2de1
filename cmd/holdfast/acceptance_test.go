package main_test

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// The acceptance tests run the binary against real servers with real clients and
// know nothing of its inside. One file, one theme.

func TestMain(m *testing.M) { pgtest.Main(m) }

// soon bounds what holdfast promises within a second; the rest is for a machine
// that compiles at the same time.
const soon = 5 * time.Second

// long bounds everything else that is waited for.
const long = 30 * time.Second

// shop is the database most tests work on: a table with three rows.
const shop = `CREATE TABLE events (id int PRIMARY KEY, note text); INSERT INTO events VALUES (1, 'a'), (2, 'b'), (3, 'c')`

// scene is one database on one server, with a holdfast in front of it.
type scene struct {
	srv *pgtest.Server
	hf  *pgtest.Proxy
	db  string
}

// each runs a test on a scene of its own on every server version.
func each(t *testing.T, args []string, test func(t *testing.T, s scene)) {
	t.Helper()
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) { test(t, newScene(t, srv, args)) })
}

// onNewest runs a test on a scene on the newest server, for what no server
// version has a say in.
func onNewest(t *testing.T, args []string, test func(t *testing.T, s scene)) {
	t.Helper()
	test(t, newScene(t, pgtest.Shared(t, pgtest.Newest(t)), args))
}

func newScene(t *testing.T, srv *pgtest.Server, args []string) scene {
	t.Helper()
	s := scene{srv: srv, db: srv.Database(t, shop)}
	s.hf = pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Args: args})
	return s
}

// connect opens a session through holdfast.
func (s scene) connect(t *testing.T) *pgtest.Client {
	t.Helper()
	return pgtest.Connect(t, s.hf.Listen, s.db)
}

// value asks the server directly.
func (s scene) value(t *testing.T, sql string) string {
	t.Helper()
	return s.srv.Value(t, s.db, sql)
}

// wantRows fails unless events has so many rows, or is gone for "".
func (s scene) wantRows(t *testing.T, want string) {
	t.Helper()
	got := ""
	if s.value(t, "SELECT to_regclass('events')") != "" {
		got = s.value(t, "SELECT count(*) FROM events")
	}
	if got != want {
		t.Errorf("events has %q rows, want %q", got, want)
	}
}

// deny waits for the hold of a statement and denies it.
func (s scene) deny(t *testing.T, text string) pgtest.Hold {
	t.Helper()
	hold := s.hf.AwaitHold(t, text)
	s.hf.Deny(t, hold.ID)
	return hold
}

// approve waits for the hold of a statement and approves it.
func (s scene) approve(t *testing.T, text string) pgtest.Hold {
	t.Helper()
	hold := s.hf.AwaitHold(t, text)
	s.hf.Approve(t, hold.ID)
	return hold
}

// batch is a whole exchange in the extended protocol.
func batch(sql string) []pgtest.Message {
	return []pgtest.Message{pgtest.Parse("", sql), pgtest.Bind("", ""), pgtest.Describe('P', ""), pgtest.Execute("", 0), pgtest.Sync()}
}

// answer is what an exchange came to, up to its ReadyForQuery.
type answer struct {
	tags    []string
	rows    [][]string
	err     map[byte]string   // fields of the ErrorResponse, nil without one
	errors  int               // how many there were
	notices []map[byte]string // in order
	status  byte              // of ReadyForQuery
}

func readAnswer(t *testing.T, c *pgtest.Client) answer {
	t.Helper()
	return sum(c.ReadUntil('Z'))
}

func sum(messages []pgtest.Message) answer {
	var a answer
	for _, m := range messages {
		switch m.Type {
		case 'C':
			a.tags = append(a.tags, m.Tag())
		case 'D':
			a.rows = append(a.rows, m.Row())
		case 'E':
			a.err = m.Fields()
			a.errors++
		case 'N':
			a.notices = append(a.notices, m.Fields())
		case 'Z':
			a.status = m.Body[0]
		}
	}
	return a
}

// wantError fails unless the exchange ended in exactly one error, with this
// SQLSTATE and status.
func (a answer) wantError(t *testing.T, state string, status byte) {
	t.Helper()
	if a.err['C'] != state || a.errors != 1 || a.status != status {
		t.Errorf("got %d errors, the last %v, and status %c; want one of %s and %c", a.errors, a.err, a.status, state, status)
	}
}

// wantTag fails unless the exchange succeeded with this last tag.
func (a answer) wantTag(t *testing.T, tag string, status byte) {
	t.Helper()
	if a.err != nil || len(a.tags) == 0 || a.tags[len(a.tags)-1] != tag || a.status != status {
		t.Errorf("got tags %q, error %v, status %c; want %q and %c", a.tags, a.err, a.status, tag, status)
	}
}

// wantRefusal checks the words every refusal owes its reader.
func (a answer) wantRefusal(t *testing.T, state string, status byte, hold pgtest.Hold) {
	t.Helper()
	a.wantError(t, state, status)
	if a.err['S'] != "ERROR" || !strings.Contains(a.err['D'], hold.ID) || a.err['H'] == "" {
		t.Errorf("the refusal says %v; want an ERROR whose DETAIL names %s, and a HINT", a.err, hold.ID)
	}
}

// usable fails unless the session answers, outside of a transaction.
func usable(t *testing.T, c *pgtest.Client) {
	t.Helper()
	sum(c.Query("SELECT 41 + 1")).wantTag(t, "SELECT 1", 'I')
}
