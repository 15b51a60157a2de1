package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// neighbours are people who are known in every way: ana by a certificate and as the
// user of the tests, ben and cleo as other users of the system. On the server all are
// the user app.
func neighbours(t *testing.T, hostKeys string, more ...string) household {
	t.Helper()
	return householdOf(t, []string{"app", "ben"}, "certificate: [ana@example.com]", func(p pgtest.Paths) string {
		text := oneHost(p, hostKeys)
		return strings.Replace(text, fmt.Sprintf("%q", p.Listen), fmt.Sprintf("[%q, %q]", p.Listen, "unix:"+clientSocket(p)), 1)
	}, strings.Join(more, ""))
}

func clientSocket(p pgtest.Paths) string { return filepath.Join(p.Folder, ".s.PGSQL.5432") }

// asked is what the JSON of a hold says of who asked.
type asked struct {
	Requesters []struct {
		Person  string `json:"person"`
		KnownBy string `json:"known_by"`
	} `json:"requesters"`
	Unknown       bool `json:"requester_unknown"`
	SelfConfirmed bool `json:"self_confirmed"`
	Reviewers     struct {
		Needs   []struct{ Count int }
		People  []string `json:"people"`
		OneMore bool     `json:"one_more"`
	} `json:"reviewers"`
}

func (h household) asked(t *testing.T, id string) (a asked, who string) {
	t.Helper()
	if err := json.Unmarshal([]byte(h.hf.MustCLI(t, "show", id, "--json")), &a); err != nil {
		t.Fatal(err)
	}
	for _, q := range a.Requesters {
		who += q.Person + " by " + q.KnownBy + "; "
	}
	return a, strings.TrimSuffix(who, "; ")
}

// psql runs a statement in the background, and says what came of it.
func (h household) psql(t *testing.T, as, url, sql string, env ...string) (done <-chan string) {
	t.Helper()
	needs(t, "psql")
	cmd := exec.Command("psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql)
	if as != "" {
		pgtest.AsUser(t, cmd, as)
	}
	cmd.Env = append(append(os.Environ(), "LC_ALL=C", "HOME=/"), env...)
	out := make(chan string, 1)
	go func() {
		text, err := cmd.CombinedOutput()
		out <- fmt.Sprint(string(text), err)
	}()
	return out
}

func wantDone(t *testing.T, done <-chan string, says string) {
	t.Helper()
	if out := <-done; !strings.Contains(out, says) {
		t.Errorf("psql says %q, want %q", out, says)
	}
}

// A client certificate says who asked: by real psql, with a user that is nobody's, and
// with one that is somebody else's.
func TestClientCertificateIsTheRequester(t *testing.T) {
	cert, anas, strangers := pgtest.NewCertificate(t), pgtest.ClientCertificate(t, "laptop 7", "ana@example.com"), pgtest.ClientCertificate(t, "laptop 8", "ana@example.com")
	h := neighbours(t, fmt.Sprintf("    tls: {cert: %q, key: %q, client_ca: %q}\n", cert.Cert, cert.Key, anas.CA))
	url := func(dbuser string, c pgtest.Certificate) string {
		return fmt.Sprintf("postgres://%s@%s/%s?sslmode=require&sslcert=%s&sslkey=%s", dbuser, h.hf.Listen, h.db, c.Cert, c.Key)
	}

	done := h.psql(t, "", url("app", anas), "TRUNCATE events")
	hold := h.hf.AwaitHold(t, "TRUNCATE events")
	if a, who := h.asked(t, hold.ID); who != "ana by client certificate" || a.Unknown || a.Reviewers.Needs[0].Count != 1 {
		t.Errorf("asked by %q: %+v", who, a)
	}
	wantExit(t, "show", h.hf.CLI("show", hold.ID), 0, "ana (Postgres user app; client certificate)")
	wantExit(t, "ana approves her own", h.hf.CLI("approve", hold.ID), 1, "ana asked, so ana cannot answer")
	wantExit(t, "ben approves", h.as(t, h.ben, "approve", hold.ID), 0, "")
	wantDone(t, done, "TRUNCATE TABLE")

	done = h.psql(t, "", url("ben", anas), "TRUNCATE events")
	hold = h.hf.AwaitHold(t, "TRUNCATE events")
	if _, who := h.asked(t, hold.ID); who != "ana by client certificate; ben by Postgres user" {
		t.Errorf("asked by %q", who)
	}
	wantExit(t, "show", h.hf.CLI("show", hold.ID), 0, "ana (client certificate) and ben (Postgres user ben)")
	wantExit(t, "ana approves", h.hf.CLI("approve", hold.ID), 1, "ana asked")
	wantExit(t, "ben approves", h.as(t, h.ben, "approve", hold.ID), 1, "ben asked")
	wantExit(t, "cleo denies", h.as(t, h.cleo, "deny", hold.ID), 0, "")
	wantDone(t, done, "denied by cleo")

	if out := <-h.psql(t, "", url("app", strangers), "SELECT 42"); strings.Contains(out, "42") {
		t.Errorf("a certificate of another authority is taken: %s", out)
	}
	wantDone(t, h.psql(t, "", fmt.Sprintf("postgres://app@%s/%s?sslmode=disable", h.hf.Listen, h.db), "SELECT 42"), "42")
	wantExit(t, "the record", h.hf.CLI("audit", "verify", h.hf.Audit), 0, "")
	if text, err := os.ReadFile(h.hf.Audit); err != nil || !strings.Contains(string(text), `"requesters":[{"person":"ana","known_by":"client certificate"}`) {
		t.Errorf("the record does not say who asked: %v", err)
	}
}

// client_cert: require takes nobody without, and says so.
func TestClientCertificateRequired(t *testing.T) {
	cert, anas := pgtest.NewCertificate(t), pgtest.ClientCertificate(t, "ana")
	h := neighbours(t, fmt.Sprintf("    tls: {cert: %q, key: %q, client_ca: %q, client_cert: require}\n", cert.Cert, cert.Key, anas.CA))
	base := fmt.Sprintf("postgres://app@%s/%s?sslmode=", h.hf.Listen, h.db)
	wantDone(t, h.psql(t, "", base+"require&sslcert="+anas.Cert+"&sslkey="+anas.Key, "SELECT 42"), "42")
	wantDone(t, h.psql(t, "", base+"require&sslcert=/nowhere", "SELECT 42"), "takes only connections with a client certificate")
	wantDone(t, h.psql(t, "", base+"disable", "SELECT 42"), "takes only connections with TLS")
	socket := fmt.Sprintf("host=%s port=5432 user=app dbname=%s", filepath.Dir(clientSocket(h.hf.Paths)), h.db)
	wantDone(t, h.psql(t, "", socket, "SELECT 42"), "42")
}

// Over a Unix socket the kernel says who asks, whatever the Postgres user.
func TestPeerIsTheRequester(t *testing.T) {
	h := neighbours(t, "")
	socket := fmt.Sprintf("host=%s port=5432 user=app dbname=%s", filepath.Dir(clientSocket(h.hf.Paths)), h.db)
	done := h.psql(t, h.cleo, socket, "TRUNCATE events")
	hold := h.hf.AwaitHold(t, "TRUNCATE events")
	if _, who := h.asked(t, hold.ID); who != "cleo by peer credentials" {
		t.Errorf("asked by %q", who)
	}
	wantExit(t, "cleo approves her own", h.as(t, h.cleo, "approve", hold.ID), 1, "cleo asked, so cleo cannot answer")
	wantExit(t, "ana approves", h.hf.CLI("approve", hold.ID), 0, "")
	wantDone(t, done, "TRUNCATE TABLE")

	done = h.psql(t, "daemon", socket, "TRUNCATE events")
	hold = h.hf.AwaitHold(t, "TRUNCATE events")
	if a, who := h.asked(t, hold.ID); who != "" || !a.Unknown || !a.Reviewers.OneMore {
		t.Errorf("the OS user daemon is %q, %+v", who, a)
	}
	wantExit(t, "ana denies", h.hf.CLI("deny", hold.ID), 0, "")
	wantDone(t, done, "denied by ana")
}

// Whom the configuration tells apart behind a shared user is the requester; whom it
// does not is unknown, and takes one more.
func TestSharedUserAndUnknown(t *testing.T) {
	h := neighbours(t, "", `
shared_users:
  - {user: app, application: "psql-ben*", person: ben}
`)
	url := fmt.Sprintf("postgres://app@%s/%s?sslmode=disable", h.hf.Listen, h.db)
	done := h.psql(t, "", url, "TRUNCATE events", "PGAPPNAME=psql-ben laptop")
	hold := h.hf.AwaitHold(t, "TRUNCATE events")
	if _, who := h.asked(t, hold.ID); who != "ben by says it is, by application name" {
		t.Errorf("asked by %q", who)
	}
	wantExit(t, "show", h.hf.CLI("show", hold.ID), 0, "ben (Postgres user app; says it is, by application name)")
	wantExit(t, "ben approves his own", h.as(t, h.ben, "approve", hold.ID), 1, "ben asked")
	wantExit(t, "ana approves", h.hf.CLI("approve", hold.ID), 0, "")
	wantDone(t, done, "TRUNCATE TABLE")

	h.srv.Exec(t, h.db, "INSERT INTO events VALUES (1, 'a')")
	done = h.psql(t, "", url, "TRUNCATE events", "PGAPPNAME=billing")
	hold = h.hf.AwaitHold(t, "TRUNCATE events")
	if a, who := h.asked(t, hold.ID); who != "" || !a.Unknown || a.Reviewers.Needs[0].Count != 2 {
		t.Errorf("asked by %q: %+v", who, a)
	}
	wantExit(t, "show", h.hf.CLI("show", hold.ID), 0, "unknown (Postgres user app)")
	wantExit(t, "show", h.hf.CLI("show", hold.ID), 0, "it is not known who asked, which takes one more")
	wantExit(t, "ana approves", h.hf.CLI("approve", hold.ID), 0, "1 of 2 reviewers")
	if state := h.hf.Hold(t, hold.ID).State; state != "pending" {
		t.Fatalf("after one of two the hold is %s", state)
	}
	h.wantRows(t, "1")
	wantExit(t, "ben approves", h.as(t, h.ben, "approve", hold.ID), 0, "")
	wantDone(t, done, "it is not known who you are, which takes one more")
	h.wantRows(t, "0")
}

// On a host where unknown_requester is same nobody is asked besides; and where nobody
// can be, the client is told when it is held.
func TestUnknownAsKnownAndOutOfReach(t *testing.T) {
	h := neighbours(t, "    unknown_requester: same\n")
	url := fmt.Sprintf("postgres://app@%s/%s?sslmode=disable", h.hf.Listen, h.db)
	done := h.psql(t, "", url, "TRUNCATE events")
	hold := h.hf.AwaitHold(t, "TRUNCATE events")
	wantExit(t, "ana approves", h.hf.CLI("approve", hold.ID), 0, "")
	wantDone(t, done, "TRUNCATE TABLE")

	h = neighbours(t, "    reviewers: {group: bens}\n", "groups: {bens: [ben]}\n")
	url = fmt.Sprintf("postgres://app@%s/%s?sslmode=disable", h.hf.Listen, h.db)
	done = h.psql(t, "", url, "TRUNCATE events")
	hold = h.hf.AwaitHold(t, "TRUNCATE events")
	wantExit(t, "show", h.hf.CLI("show", hold.ID), 0, "NOBODY")
	wantExit(t, "ben denies", h.as(t, h.ben, "deny", hold.ID), 0, "")
	wantDone(t, done, "Nobody can approve it as holdfast is configured: it needs 2 different people of bens, and 1 may answer")
}

// self_confirm: typed lets who asked confirm their own, by typing where they are.
func TestSelfConfirmTyped(t *testing.T) {
	h := neighbours(t, "    self_confirm: typed\n")
	url := fmt.Sprintf("postgres://ben@%s/%s?sslmode=disable", h.hf.Listen, h.db)
	done := h.psql(t, "", url, "TRUNCATE events")
	hold := h.hf.AwaitHold(t, "TRUNCATE events")
	if a, _ := h.asked(t, hold.ID); strings.Join(a.Reviewers.People, " ") != "ana ben cleo" {
		t.Errorf("may answer: %v", a.Reviewers.People)
	}
	wantExit(t, "show", h.hf.CLI("show", hold.ID), 0, "ben asked, and may approve it by typing "+h.db)
	wantExit(t, "without the name", h.as(t, h.ben, "approve", hold.ID), 1, "approve it with --type "+h.db)
	wantExit(t, "with another", h.as(t, h.ben, "approve", hold.ID, "--type", "events"), 1, "the name of the database typed, "+h.db)
	if state := h.hf.Hold(t, hold.ID).State; state != "pending" {
		t.Fatalf("the hold is %s", state)
	}
	wantExit(t, "with the name", h.as(t, h.ben, "approve", hold.ID, "--type", h.db), 0, "")
	wantDone(t, done, "who asked may be one of them, by typing the name of the database")
	if a, _ := h.asked(t, hold.ID); !a.SelfConfirmed || h.hf.Hold(t, hold.ID).DecidedBy != "ben" {
		t.Errorf("%+v", a)
	}
	wantExit(t, "show", h.hf.CLI("show", hold.ID), 0, "approved, as who asked, by ben (cli, verified)")
	if text, err := os.ReadFile(h.hf.Audit); err != nil || !strings.Contains(string(text), `"self":true`) {
		t.Errorf("the record does not say that it was ben's own: %v", err)
	}
}
