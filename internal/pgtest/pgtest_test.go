package pgtest

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/trace"
)

func TestMain(m *testing.M) { Main(m) }

func TestTraceOfRealServers(t *testing.T) {
	Each(t, func(t *testing.T, srv *Server) {
		db := srv.Database(t, "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (NULL)")
		c := Connect(t, srv.Addr(), db)
		if len(c.Key) < 8 {
			t.Errorf("BackendKeyData of %d bytes", len(c.Key))
		}
		c.trace = nil
		c.Query("SELECT id FROM t")
		c.Send(Parse("s", "DELETE FROM t WHERE id = $1", 23), Bind("", "s", "1"), Describe('P', ""), Execute("", 0), Sync())
		c.Expect("1 2 n C Z")
		c.Send(Query("SELECT 1/0"))
		failed := c.ReadUntil('Z')
		if state := failed[0].Fields()['C']; state != "22012" {
			t.Errorf("SQLSTATE %q", state)
		}
		want := `-> Query "SELECT id FROM t"
<- RowDescription [id(*.1 23 4 -1 0)]
<- DataRow ["1"]
<- DataRow [NULL]
<- CommandComplete "SELECT 2"
<- ReadyForQuery I
-> Parse "s" "DELETE FROM t WHERE id = $1" [23]
-> Bind "" "s" [] ["1"] []
-> Describe P ""
-> Execute "" 0
-> Sync
<- ParseComplete
<- BindComplete
<- NoData
<- CommandComplete "DELETE 1"
<- ReadyForQuery I
-> Query "SELECT 1/0"
`
		if got := c.Trace(); !strings.HasPrefix(got, want) {
			t.Errorf("trace:\n%swant:\n%s", got, want)
		}
	})
}

func TestSharedServerKeepsDatabasesApart(t *testing.T) {
	srv := Shared(t, Newest(t))
	one, two := srv.Database(t, "CREATE TABLE t ()"), srv.Database(t)
	if got := srv.Value(t, one, "SELECT to_regclass('t')"); got != "t" {
		t.Errorf("table of %s: %q", one, got)
	}
	if got := srv.Value(t, two, "SELECT to_regclass('t')"); got != "" {
		t.Errorf("%s has the table of %s", two, one)
	}
}

func TestStartWithPasswordsAndTLS(t *testing.T) {
	for _, v := range Versions(t) {
		t.Run(v.String(), func(t *testing.T) {
			srv := Start(t, v, SCRAM(), TLS(), Setting("max_connections", "7"))
			if got := srv.Value(t, "postgres", "SHOW max_connections"); got != "7" {
				t.Errorf("max_connections is %q", got)
			}
			pool := x509.NewCertPool()
			authority, err := os.ReadFile(srv.CA)
			if err != nil || !pool.AppendCertsFromPEM(authority) {
				t.Fatalf("reading %s: %v", srv.CA, err)
			}
			c := Dial(t, srv.Addr())
			c.StartTLS(&tls.Config{RootCAs: pool, ServerName: "localhost"})
			c.Send(Startup("user", "postgres"))
			if m := c.Read(); m.Type != 'R' || !strings.Contains(string(m.Body), "SCRAM-SHA-256-PLUS") {
				t.Errorf("got %s, want SCRAM offered", line(trace.Server, m))
			}
		})
	}
}

func TestStopEndsTheServer(t *testing.T) {
	srv := Start(t, Newest(t))
	c := Connect(t, srv.Socket(), "postgres")
	srv.Stop()
	ended := c.ExpectEOF()
	if len(ended) == 0 || ended[0].Fields()['C'] != "57P01" {
		t.Errorf("the session ended with %q, want 57P01", ended)
	}
	if srv.alive() {
		t.Error("the server still runs")
	}
}

func TestCancelRequest(t *testing.T) {
	srv := Shared(t, Newest(t))
	c := Connect(t, srv.Addr(), "postgres")
	c.Send(Query("SELECT pg_sleep(600)"))
	srv.AwaitValue(t, 10*time.Second, "postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", "1")
	Dial(t, srv.Addr()).Send(CancelRequest(c.Key))
	c.Expect("T")
	if m := c.Read(); m.Fields()['C'] != "57014" {
		t.Errorf("got %s, want 57014", line(trace.Server, m))
	}
}

// A body that ends too early, or goes on too long, is no panic.
func FuzzFields(f *testing.F) {
	f.Add([]byte("SERROR\x00C42601\x00\x00"))
	f.Add([]byte("\x00\x02\x00\x00\x00\x011\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, kind := range []byte("EDC") {
			m := Message{kind, body}
			m.Fields()
			m.Row()
			m.Tag()
		}
	})
}
