package main_test

import (
	"os/user"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// Two answers at the same moment: one wins, the other is told, the statement
// runs once or not at all.
func TestTwoAnswersAtOnce(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		for _, verbs := range [][2]string{{"approve", "approve"}, {"approve", "deny"}, {"deny", "deny"}} {
			t.Run(verbs[0]+" and "+verbs[1], func(t *testing.T) {
				c := s.connect(t)
				c.Send(pgtest.Query("INSERT INTO events VALUES (100, 'x'); DELETE FROM events WHERE true RETURNING id"))
				hold := s.hf.AwaitHold(t, "DELETE FROM events")
				outs := answerAtOnce(s.hf, hold.ID, verbs)
				a := readAnswer(t, c)
				winners := 0
				for _, out := range outs {
					if out.Exit == 0 {
						winners++
					} else if out.Exit != 1 || out.Stderr == "" {
						t.Errorf("the one who came second got exit %d, %q", out.Exit, out.Stderr)
					}
				}
				if winners != 1 {
					t.Errorf("%d of two answers won: %+v", winners, outs)
				}
				state := s.hf.Hold(t, hold.ID).State
				approved := verbs[0] == "approve" && outs[0].Exit == 0 || verbs[1] == "approve" && outs[1].Exit == 0
				if ran := a.err == nil; ran != approved {
					t.Errorf("it ran: %t, though the hold was approved: %t (%s)", ran, approved, state)
				}
				if approved {
					s.srv.Exec(t, s.db, "INSERT INTO events VALUES (1, 'a'), (2, 'b'), (3, 'c')")
				}
				s.wantRows(t, "3")
			})
		}
	})
}

func answerAtOnce(hf *pgtest.Proxy, id string, verbs [2]string) [2]pgtest.Output {
	var outs [2]pgtest.Output
	var both sync.WaitGroup
	for i, verb := range verbs {
		both.Go(func() { outs[i] = hf.CLI(verb, id) })
	}
	both.Wait()
	return outs
}

// household is a holdfast that knows people: ana, who is the user of the tests
// and asks as the Postgres user ana, and two reviewers.
type household struct {
	scene
	ben, cleo string // OS users
}

func newHousehold(t *testing.T, reviewers string, rules ...string) household {
	t.Helper()
	return householdOf(t, []string{"ana"}, "postgres: [ana]",
		func(p pgtest.Paths) string { return oneHost(p, "    reviewers: "+reviewers+"\n") },
		"groups: {dba: [ana, ben, cleo], bens: [ben], cleos: [cleo]}\n"+strings.Join(rules, ""))
}

// householdOf is one on a server with these roles, with what ana is known by beside the
// system, the host, and what else is in the configuration.
func householdOf(t *testing.T, roles []string, anaBy string, host func(pgtest.Paths) string, more string) household {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatalf("looking myself up: %v", err)
	}
	group := pgtest.ServerGroup(t)
	h := household{ben: "postgres", cleo: "nobody"}
	h.srv = pgtest.Start(t, pgtest.Newest(t))
	for _, role := range roles {
		h.srv.Exec(t, "postgres", "CREATE ROLE "+role+" LOGIN SUPERUSER")
	}
	h.db = h.srv.Database(t, shop)
	h.hf = pgtest.Holdfast(t, pgtest.ProxyOptions{Server: h.srv, Config: func(p pgtest.Paths) string {
		return host(p) + `
socket_group: ` + group + `
people:
  - {name: ana, ` + anaBy + `, os: ` + me.Username + `}
  - {name: ben, postgres: [ben], os: ` + h.ben + `}
  - {name: cleo, os: ` + h.cleo + `}
` + more
	}})
	return h
}

// as runs a subcommand as another user of the system.
func (h household) as(t *testing.T, who string, args ...string) pgtest.Output {
	t.Helper()
	cmd := h.hf.Command(args...)
	pgtest.AsUser(t, cmd, who)
	return pgtest.Run(cmd)
}

// ask sends a statement as the Postgres user ana and waits for its hold.
func (h household) ask(t *testing.T) (*pgtest.Client, pgtest.Hold) {
	t.Helper()
	c := pgtest.Dial(t, h.hf.Listen)
	c.Startup("user", "ana", "database", h.db)
	c.Send(pgtest.Query("TRUNCATE events"))
	return c, h.hf.AwaitHold(t, "TRUNCATE events")
}

// wantExit fails unless a command exited so; a refusal also says why.
func wantExit(t *testing.T, what string, out pgtest.Output, exit int, says string) {
	t.Helper()
	if out.Exit != exit || !strings.Contains(out.Stdout+out.Stderr, says) {
		t.Errorf("%s: exit %d, %q, %q; want exit %d and %q", what, out.Exit, out.Stdout, out.Stderr, exit, says)
	}
}

func TestRequesterMayNotConfirm(t *testing.T) {
	h := newHousehold(t, "{group: dba, count: 1}")
	c, hold := h.ask(t)
	wantExit(t, "ana approves her own", h.hf.CLI("approve", hold.ID), 1, "ana")
	if state := h.hf.Hold(t, hold.ID).State; state != "pending" {
		t.Fatalf("the hold is %s", state)
	}
	wantExit(t, "ben approves", h.as(t, h.ben, "approve", hold.ID, "--note", "checked"), 0, hold.ID)
	readAnswer(t, c).wantTag(t, "TRUNCATE TABLE", 'I')
	if got := h.hf.Hold(t, hold.ID); got.DecidedBy != "ben" || got.Note != "checked" || got.Via != "cli" {
		t.Errorf("the record says %+v", got)
	}
}

func TestTwoReviewers(t *testing.T) {
	h := newHousehold(t, "{group: dba, count: 2}")
	c, hold := h.ask(t)
	wantExit(t, "ben approves", h.as(t, h.ben, "approve", hold.ID), 0, "")
	wantExit(t, "ben approves again", h.as(t, h.ben, "approve", hold.ID), 1, "ben")
	wantExit(t, "ana approves her own", h.hf.CLI("approve", hold.ID), 1, "ana")
	if state := h.hf.Hold(t, hold.ID).State; state != "pending" {
		t.Fatalf("after one of two the hold is %s", state)
	}
	h.wantRows(t, "3")
	wantExit(t, "cleo approves", h.as(t, h.cleo, "approve", hold.ID), 0, "")
	readAnswer(t, c).wantTag(t, "TRUNCATE TABLE", 'I')

	c, hold = h.ask(t)
	wantExit(t, "ben approves", h.as(t, h.ben, "approve", hold.ID), 0, "")
	wantExit(t, "cleo denies", h.as(t, h.cleo, "deny", hold.ID, "--note", "no"), 0, "")
	readAnswer(t, c).wantRefusal(t, "ZH002", 'I', hold)
}

// A string that two rules hold needs the reviewers of both, and a typed name.
func TestTwoRulesTwoGroups(t *testing.T) {
	h := newHousehold(t, "{group: dba, count: 1}", `
rules:
  - {name: schemas, when: {verbs: drop-schema}, action: hold, reviewers: {group: bens}}
  - {name: emptying, when: {verbs: truncate}, action: hold, reviewers: {group: cleos}, type_name: true, wait: 5m}
`)
	h.srv.Exec(t, h.db, "CREATE SCHEMA old")
	c := pgtest.Dial(t, h.hf.Listen)
	c.Startup("user", "ana", "database", h.db)
	c.Send(pgtest.Query("DROP SCHEMA old; TRUNCATE events"))
	hold := h.hf.AwaitHold(t, "DROP SCHEMA old; TRUNCATE events")
	if wait := hold.Expires.Sub(hold.Asked); wait != 5*time.Minute {
		t.Errorf("it waits %v, not the shortest time", wait)
	}
	wantExit(t, "show", h.hf.CLI("show", hold.ID), 0, "1 of bens and 1 of cleos")
	wantExit(t, "without a name", h.as(t, h.ben, "approve", hold.ID), 1, "with --type old")
	wantExit(t, "ben approves", h.as(t, h.ben, "approve", hold.ID, "--type", "old"), 0, "It still waits for 1 of cleos: cleo")
	if state := h.hf.Hold(t, hold.ID).State; state != "pending" {
		t.Fatalf("after one of two groups the hold is %s", state)
	}
	h.wantRows(t, "3")
	wantExit(t, "cleo approves", h.as(t, h.cleo, "approve", hold.ID, "--type", "events"), 0, "")
	readAnswer(t, c).wantTag(t, "TRUNCATE TABLE", 'I')
	h.wantRows(t, "0")
}

// Who is nobody of the people may look, and not answer.
func TestStrangerMayOnlyLook(t *testing.T) {
	h := newHousehold(t, "{group: dba, count: 1}")
	c, hold := h.ask(t)
	wantExit(t, "a stranger lists", h.as(t, "daemon", "holds"), 0, hold.ID)
	wantExit(t, "a stranger approves", h.as(t, "daemon", "approve", hold.ID), 1, "")
	wantExit(t, "a stranger denies", h.as(t, "daemon", "deny", hold.ID), 1, "")
	if state := h.hf.Hold(t, hold.ID).State; state != "pending" {
		t.Errorf("the hold is %s", state)
	}
	c.Close()
	h.hf.AwaitState(t, hold.ID, "withdrawn")
}

// Without socket_group the control socket is its owner's alone.
func TestControlSocketIsPrivate(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		cmd := s.hf.Command("holds")
		pgtest.AsUser(t, cmd, "nobody")
		wantExit(t, "another user lists", pgtest.Run(cmd), 1, "")
	})
}
