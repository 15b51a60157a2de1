package main_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// awaitTraces waits until so many connections are recorded to their ends, and
// returns the texts, oldest first.
func awaitTraces(t *testing.T, dir string, n int) (names, texts []string) {
	t.Helper()
	pgtest.Await(t, long, func() string { return fmt.Sprintf("%d traces of %d are complete", len(texts), n) }, func() bool {
		names, texts = completeTraces(t, dir)
		return len(texts) == n
	})
	return names, texts
}

func completeTraces(t *testing.T, dir string) (names, texts []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*.trace"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(string(text), "  ends the trace: the connection is over\n") {
			names, texts = append(names, name), append(texts, string(text))
		}
	}
	return names, texts
}

// at is the messages of a trace at one place, a line each.
func at(text, place string) string {
	var list strings.Builder
	for line := range strings.Lines(text) {
		if _, message, found := strings.Cut(line, "  "+place+"  "); found {
			list.WriteString(message)
		}
	}
	return list.String()
}

// A session of psql with a password, a held and approved DROP, and a password in
// the text of a statement, as a bug report would show it.
func TestTrace(t *testing.T) {
	for _, v := range pgtest.Versions(t) {
		t.Run(v.String(), func(t *testing.T) {
			srv := pgtest.Start(t, v, pgtest.SCRAM())
			db, dir := srv.Database(t, shop), filepath.Join(t.TempDir(), "traces")
			hf := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Args: []string{"--trace", dir, "--trace-client", "127.0.0.1"}})
			wantAll(t, hf.Log(), "every connection from 127.0.0.1 is recorded in "+dir, "only passwords are masked")
			t.Setenv("PGPASSWORD", pgtest.Password)
			ana := psql(t, hf.URLWith(db, "sslmode", "prefer"))
			ana.Type("DROP TABLE events;")
			hold := hf.AwaitHold(t, "DROP TABLE events")
			hf.Approve(t, hold.ID)
			wantAll(t, ana.Finish(), "DROP TABLE\n")
			wantAll(t, ana.Do("CREATE ROLE traced PASSWORD 'correct horse';"), "CREATE ROLE")
			wantAll(t, ana.Do("SELECT 41 + 1 AS answer;"), "42")
			ana.Type(`\q`)

			names, texts := awaitTraces(t, dir, 1)
			t.Log(texts[0])
			wantSession(t, texts[0], hold.ID)
			wantModes(t, dir, names[0])
			wantChanges(t, hf, names[0], hold.ID)
		})
	}
}

func wantSession(t *testing.T, text, id string) {
	t.Helper()
	wantAll(t, text, "# holdfast trace 1: client 127.0.0.1:", "begins session ", "ends the trace")
	text = withoutQuestions(text)
	client := at(text, "client -> holdfast")
	wantAll(t, client, "SSLRequest\n", "StartupMessage 3.", " user=postgres", "PasswordMessage *\n", "PasswordMessage *\n",
		`Query "DROP TABLE events;"`, `Query "CREATE ROLE traced PASSWORD '***';"`, `Query "SELECT 41 + 1 AS answer;"`, "Terminate\n")
	if server := at(text, "holdfast -> server"); "SSLRequest\n"+server != client {
		t.Errorf("the server got\n%swant what the client sent:\n%s", server, client)
	}
	from, to := at(text, "server -> holdfast"), at(text, "holdfast -> client")
	wantAll(t, from, "AuthenticationSASL [SCRAM-SHA-256]\n", "AuthenticationSASLContinue *\n", "AuthenticationSASLFinal *\n",
		"AuthenticationOk\n", "ParameterStatus server_version=", "BackendKeyData ", " *\n", "ReadyForQuery I\n",
		`CommandComplete "DROP TABLE"`, `DataRow ["42"]`)
	wantAll(t, to, `answer "N"`, "AuthenticationOk\n", `M="holdfast: this is host default; `, "NoticeResponse ", `M="holdfast: held as `+id, `M="holdfast: released `+id, `CommandComplete "DROP TABLE"`)
	if rest := withoutNoticeLines(to); rest != "answer \"N\"\n"+from {
		t.Errorf("the client got\n%swant what the server sent:\n%s", rest, from)
	}
	for _, secret := range []string{pgtest.Password, "correct horse", "SCRAM-SHA-256$"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in the trace", secret)
		}
	}
}

// withoutQuestions leaves out what holdfast asks the server about names, and what that
// says up to its ReadyForQuery.
func withoutQuestions(text string) string {
	var kept strings.Builder
	asking, answering := false, false
	for line := range strings.Lines(text) {
		to, from := strings.Contains(line, "  holdfast -> server  "), strings.Contains(line, "  server -> holdfast  ")
		asking = asking || to && strings.Contains(line, "_holdfast_ask")
		answering = answering || asking
		if !(asking && to) && !(answering && from) {
			kept.WriteString(line)
		}
		asking = asking && !(to && strings.Contains(line, "  Sync"))
		answering = answering && !(from && strings.Contains(line, "  ReadyForQuery "))
	}
	return kept.String()
}

func withoutNoticeLines(messages string) string {
	var kept strings.Builder
	for line := range strings.Lines(messages) {
		if !strings.Contains(line, `M="holdfast: `) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

func wantModes(t *testing.T, dir, file string) {
	t.Helper()
	for name, want := range map[string]os.FileMode{dir: 0o700, file: 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("the mode of %s is %o, want %o", name, got, want)
		}
	}
}

func wantChanges(t *testing.T, hf *pgtest.Proxy, file, id string) {
	t.Helper()
	out := hf.MustCLI(t, "trace", "changes", file)
	wantAll(t, out, "From the client to the server: ", "- ", "SSLRequest\n", "From the server to the client: ", "+ ", `answer "N"`, "+ ", "holdfast: this is host default; ", "+ ", "holdfast: held as "+id, "+ ", "holdfast: released "+id)
	toServer, toClient, _ := strings.Cut(out, "From the server to the client: ")
	if left, added := strings.Count(toServer, "\n- "), strings.Count(toClient, "\n+ "); left != 1 || added != 4 {
		t.Errorf("the server did not get %d messages, want 1; the client got %d of holdfast's own, want 4:\n%s", left, added, out)
	}
	hf.MustCLI(t, "trace", "compare", file, file)
}

// With TLS on both sides the trace shows what is inside, and the configuration can
// ask for it.
func TestTraceBehindTLS(t *testing.T) {
	srv := pgtest.Start(t, pgtest.Newest(t), pgtest.TLS())
	dir, cert := filepath.Join(t.TempDir(), "traces"), pgtest.NewCertificate(t)
	upstream := srv.URL("postgres") + "?sslmode=verify-full&sslrootcert=" + url.QueryEscape(srv.CA)
	hf := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Upstream: upstream, Config: func(p pgtest.Paths) string {
		return fmt.Sprintf("trace: {dir: %q, client: 127.0.0.1}", dir) +
			oneHost(p, fmt.Sprintf("    tls: {cert: %q, key: %q, require: true}\n", cert.Cert, cert.Key))
	}})
	if out, err := runPsql(t, hf.URLWith("postgres", "sslmode", "require"), "SELECT 41 + 1"); err != nil {
		t.Fatalf("psql: %v: %s", err, out)
	}
	directTLS(t, hf, cert)
	pgtest.Await(t, soon, func() string { return "the second connection is not recorded" }, func() bool {
		all, err := filepath.Glob(filepath.Join(dir, "*.trace"))
		return err == nil && len(all) == 2
	})
	hf.Stop(t) // ends the second
	_, texts := awaitTraces(t, dir, 2)
	wantAll(t, texts[0], "SSLRequest\n", `answer "S"`, "TLS 1.3 with the client", "StartupMessage 3.", "TLS 1.3 with the server", `DataRow ["42"]`)
	wantAll(t, texts[1], "(TLS begins without a request)", "TLS 1.3 with the client", "StartupMessage 3.", `DataRow ["42"]`, "57P01")
	for _, text := range texts {
		wantAll(t, at(text, "holdfast -> server"), "StartupMessage 3.", "Query ")
		wantAll(t, at(text, "server -> holdfast"), "AuthenticationOk\n", `DataRow ["42"]`)
	}
}

// Nobody is recorded but the client asked for.
func TestTraceOfOthers(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	for client, want := range map[string]int{"127.0.0.2": 0, "::1": 0, "local": 1} {
		t.Run(client, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "traces")
			var socket string
			hf := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Args: []string{"--trace", dir, "--trace-client", client},
				Config: func(p pgtest.Paths) string {
					socket = filepath.Join(p.Folder, ".s.PGSQL.5432")
					return strings.Replace(oneHost(p, ""), fmt.Sprintf("%q", p.Listen), fmt.Sprintf("[%q, %q]", p.Listen, "unix:"+socket), 1)
				}})
			for _, address := range []string{hf.Listen, socket} {
				c := pgtest.Connect(t, address, "postgres")
				c.Query("SELECT 41 + 1")
				c.Send(pgtest.Terminate())
				c.ExpectEOF()
			}
			hf.Stop(t)
			if _, texts := completeTraces(t, dir); len(texts) != want {
				t.Errorf("%d traces, want %d", len(texts), want)
			}
		})
	}
}

// A recorded session leaves, cancels and half-closes as any other.
func TestTracedSessionsLeave(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "traces")
	onNewest(t, []string{"--trace", dir, "--trace-client", "127.0.0.1"}, func(t *testing.T, s scene) {
		leaving := s.connect(t)
		leaving.Send(pgtest.Query("DROP TABLE events"))
		hold := s.hf.AwaitHold(t, "DROP TABLE events")
		leaving.Close()
		s.hf.AwaitState(t, hold.ID, "withdrawn")

		canceled := s.connect(t)
		canceled.Send(pgtest.Query("DROP TABLE events"))
		s.hf.AwaitHold(t, "DROP TABLE events")
		pgtest.Dial(t, s.hf.Listen).Send(pgtest.CancelRequest(canceled.Key))
		readAnswer(t, canceled).wantError(t, "57014", 'I')
		canceled.Send(pgtest.Query("SELECT pg_sleep(600)"))
		s.srv.AwaitValue(t, long, "postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = '"+s.db+"'", "1")
		pgtest.Dial(t, s.hf.Listen).Send(pgtest.CancelRequest(canceled.Key))
		readAnswer(t, canceled).wantError(t, "57014", 'I')

		canceled.Send(pgtest.Query("SELECT 1"))
		canceled.CloseWrite()
		canceled.ExpectEOF()
		s.wantRows(t, "3")
		_, texts := awaitTraces(t, dir, 4)
		wantAll(t, texts[3], "client -> holdfast  CancelRequest ", " *\n", "holdfast -> server  CancelRequest ", " *\n", "ends the trace")
	})
}

func TestTraceAloneDoesNotStart(t *testing.T) {
	// The command line itself is in testdata/script/trace.txtar; this is the file.
	srv := pgtest.Shared(t, pgtest.Newest(t))
	hf := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv})
	file := filepath.Join(hf.Folder, "trace.yaml")
	if err := os.WriteFile(file, []byte("trace: {dir: /nowhere}"+oneHost(hf.Paths, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	out := hf.CLI("serve", "--check", "--config", file)
	if out.Exit != 2 || !strings.Contains(out.Stderr, "trace.yaml:1:") || !strings.Contains(out.Stderr, "say of whom") {
		t.Errorf("exit %d: %s", out.Exit, out.Stderr)
	}
}
