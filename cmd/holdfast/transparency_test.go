package main_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/internal/trace"
)

// exchanges are conversations that must look the same with the server and
// through holdfast, message by message.
var exchanges = []struct {
	name string
	run  func(c *pgtest.Client)
}{
	{"simple", func(c *pgtest.Client) {
		for _, sql := range []string{
			"SELECT 1, NULL, 'ü'", "", ";", "SELECT 1; SELECT 2; INSERT INTO events VALUES (4, 'd')", "SELEC 1", "SELECT 1/0",
			"SHOW standard_conforming_strings", "SET application_name = 'x'", "SELECT * FROM nothing",
		} {
			c.Query(sql)
		}
	}},
	{"transactions", func(c *pgtest.Client) {
		for _, sql := range []string{
			"BEGIN", "INSERT INTO events VALUES (5, 'e')", "SELECT 1/0", "SELECT 1", "COMMIT", "COMMIT", "BEGIN; SELECT 1; COMMIT",
			"BEGIN", "SAVEPOINT a", "SELECT 1/0", "ROLLBACK TO a", "END",
		} {
			c.Query(sql)
		}
	}},
	{"extended", func(c *pgtest.Client) {
		c.Send(pgtest.Parse("s", "SELECT $1::int + $2", 23, 23), pgtest.Describe('S', "s"), pgtest.Sync())
		c.ReadUntil('Z')
		for range 3 {
			c.Send(pgtest.Bind("p", "s", "1", "2"), pgtest.Describe('P', "p"), pgtest.Execute("p", 0), pgtest.Close('P', "p"), pgtest.Sync())
			c.ReadUntil('Z')
		}
		c.Send(pgtest.Bind("", "s", "1", "nonsense"), pgtest.Execute("", 0), pgtest.Sync())
		c.ReadUntil('Z')
		c.Send(pgtest.Close('S', "s"), pgtest.Bind("", "s", "1", "2"), pgtest.Sync())
		c.ReadUntil('Z')
		c.Send(pgtest.Parse("", "SELECT"), pgtest.Parse("", ""), pgtest.Bind("", ""), pgtest.Execute("", 0), pgtest.Sync())
		c.ReadUntil('Z')
	}},
	{"portals", func(c *pgtest.Client) {
		c.Query("BEGIN")
		c.Send(pgtest.Parse("", "SELECT generate_series(1, 5)"), pgtest.Bind("p", ""), pgtest.Execute("p", 2), pgtest.Flush())
		c.Expect("1 2 D D s")
		c.Send(pgtest.Execute("p", 2), pgtest.Sync())
		c.ReadUntil('Z')
		c.Send(pgtest.Execute("p", 0), pgtest.Execute("p", 0), pgtest.Sync())
		c.ReadUntil('Z')
		c.Query("COMMIT")
	}},
	{"pipeline", func(c *pgtest.Client) {
		var all []pgtest.Message
		for i := range 100 {
			all = append(all, step(fmt.Sprintf("SELECT %d", i))...)
			if i%10 == 9 {
				all = append(all, pgtest.Sync())
			}
		}
		all = append(all, pipeline(step("SELECT 1/0"), step("SELECT 1"), sync1, step("SELECT 2"), sync1)...)
		c.Send(all...)
		for range 12 {
			c.ReadUntil('Z')
		}
	}},
	{"COPY", func(c *pgtest.Client) {
		c.Send(pgtest.Query("COPY events FROM STDIN"))
		c.Expect("G")
		c.Send(pgtest.CopyData("6\tf\n7\t"), pgtest.CopyData("drop table events\n"), pgtest.CopyDone())
		c.ReadUntil('Z')
		c.Send(pgtest.Query("COPY events FROM STDIN"))
		c.Expect("G")
		c.Send(pgtest.CopyData("8\tf\n"), pgtest.CopyFail("changed my mind"))
		c.ReadUntil('Z')
		c.Send(pgtest.Query("COPY events FROM STDIN"))
		c.Expect("G")
		c.Send(pgtest.CopyData("nonsense\n"), pgtest.CopyDone())
		c.ReadUntil('Z')
		c.Query("COPY events TO STDOUT")
		c.Query("COPY (SELECT 1) TO STDOUT (FORMAT binary); SELECT 2")
		c.Send(batch("COPY events TO STDOUT")...)
		c.ReadUntil('Z')
		c.Send(append(step("COPY events FROM STDIN"), pgtest.Flush())...)
		c.Expect("1 2 n G")
		c.Send(pgtest.CopyData("9\ti\n"), pgtest.CopyDone(), pgtest.Sync())
		c.ReadUntil('Z')
		c.Query("SELECT count(*) FROM events")
	}},
	{"COPY with a Sync inside", func(c *pgtest.Client) {
		begin := func(more ...pgtest.Message) {
			c.Send(append(step("COPY events FROM STDIN"), more...)...)
			c.Expect("1 2 n G")
		}
		begin(pgtest.Sync()) // as clients do that do not know that it is a COPY
		c.Send(pgtest.CopyData("10\tj\n"), pgtest.CopyDone(), pgtest.Sync())
		c.Expect("C Z")
		begin(pgtest.Sync())
		c.Send(pgtest.CopyData("nonsense\n"), pgtest.CopyDone(), pgtest.Sync())
		c.Expect("E Z")
		c.Query("SELECT 1")
		begin(pgtest.Sync())
		c.Send(pgtest.CopyData("nonsense\n"), pgtest.CopyDone(), pgtest.Sync())
		c.Send(batch("SELECT 2")...) // before the answer
		c.Expect("E Z 1 2 T D C Z")
		begin(pgtest.Flush())
		c.Send(pgtest.CopyData("nonsense\n"), pgtest.Sync()) // behind the data that fails
		c.Expect("E Z")
		c.Send(pgtest.CopyDone(), pgtest.Sync())
		c.Expect("Z")
		c.Send(pgtest.Query("COPY events FROM STDIN"))
		c.Expect("G")
		c.Send(pgtest.Sync(), pgtest.CopyData("nonsense\n"), pgtest.CopyDone())
		c.Expect("E Z")
		c.Query("SELECT 3")
	}},
	{"settings within a batch", func(c *pgtest.Client) {
		c.Send(pipeline(
			step("SET application_name = 'within'"), step("SELECT 'ü'"), step(`SELECT 'a\b'`),
			step("SELECT set_config('application_name', 'again', false)"), step("SELECT 'é', '\\'"), step("SHOW application_name"), sync1)...)
		c.ReadUntil('Z')
		var all []pgtest.Message // of function calls, in one round trip
		for range 200 {
			all = append(all, step("SELECT upper('é')")...)
		}
		c.Send(append(all, pgtest.Sync())...)
		c.ReadUntil('Z')
	}},
	{"a Query in an open batch", func(c *pgtest.Client) {
		c.Send(append(step("SELECT 1/0"), pgtest.Query("SELECT 1"), pgtest.Sync())...)
		c.Expect("1 E Z")
		c.Send(append(step("SELECT 1"), pgtest.Query("SELECT 2"))...)
		c.ReadUntil('Z')
	}},
	{"notifications and notices", func(c *pgtest.Client) {
		c.Query("LISTEN news")
		c.Query("NOTIFY news, 'hello'")
		c.Query("CREATE FUNCTION shout() RETURNS void LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''loud''; END'")
		c.Query("SELECT shout()")
		c.Query("UNLISTEN news")
	}},
	{"large results", func(c *pgtest.Client) {
		c.Query("SELECT repeat('x', 3000000)")
		c.Query("SELECT g, repeat('y', 200) FROM generate_series(1, 5000) g")
		c.Query("SELECT '" + strings.Repeat("z", 400_000) + "'")
	}},
	{"names by SQL", func(c *pgtest.Client) {
		c.Query("PREPARE q(int) AS SELECT $1")
		c.Query("EXECUTE q(1)")
		c.Send(pgtest.Bind("", "q", "1"), pgtest.Execute("", 0), pgtest.Sync())
		c.ReadUntil('Z')
		c.Query("DEALLOCATE q")
		c.Query("BEGIN; DECLARE cur CURSOR FOR SELECT generate_series(1, 3); FETCH 2 FROM cur")
		c.Send(pgtest.Execute("cur", 1), pgtest.Sync())
		c.ReadUntil('Z')
		c.Query("CLOSE cur; COMMIT")
	}},
}

// Whatever is not held looks the same through holdfast as without it.
func TestTransparency(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		wantTransparent(t, srv, pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv}))
	})
}

// A recorded session is as transparent as any other, and its trace says so too: in
// observe mode nothing at all is changed, delayed or added.
func TestTransparencyWhileTraced(t *testing.T) {
	srv, dir := pgtest.Shared(t, pgtest.Newest(t)), filepath.Join(t.TempDir(), "traces")
	hf := pgtest.Holdfast(t, pgtest.ProxyOptions{
		Server: srv, Args: []string{"--trace", dir, "--trace-client", "127.0.0.1"},
		Config: func(p pgtest.Paths) string {
			return strings.Replace(oneHost(p, ""), "mode: enforce", "mode: observe", 1)
		},
	})
	wantTransparent(t, srv, hf)
	names, _ := awaitTraces(t, dir, len(exchanges))
	for _, name := range names {
		out := hf.MustCLI(t, "trace", "changes", name)
		if strings.Count(out, "passed on as they came") != 2 {
			t.Errorf("the trace says that holdfast changed something:\n%s", out)
		}
	}
}

func wantTransparent(t *testing.T, srv *pgtest.Server, hf *pgtest.Proxy) {
	t.Helper()
	for _, exchange := range exchanges {
		t.Run(exchange.name, func(t *testing.T) {
			exchanged := func(addr string) string {
				// Two databases of one name after the other, as an error may name it.
				c := pgtest.Dial(t, addr)
				defer c.Close()
				c.Startup("user", "postgres", "database", srv.Database(t, shop), "application_name", "transparency")
				exchange.run(c)
				return c.Trace()
			}
			direct, through := exchanged(srv.Addr()), exchanged(hf.Listen)
			wantEqualTraces(t, direct, through)
		})
	}
}

// wantEqualTraces shows the first lines that differ.
func wantEqualTraces(t *testing.T, direct, through string) {
	t.Helper()
	d := trace.Compare(strings.Split(direct, "\n"), strings.Split(through, "\n"), ownDatabase)
	if d != nil {
		t.Fatalf("line %d differs:\n%s", max(d.A, d.B)+1, d.Print("direct", "through"))
	}
}

var databaseName = regexp.MustCompile(`test_\d+`)

// ownDatabase ignores which database of the tests it is.
func ownDatabase(line string) (string, bool) {
	return databaseName.ReplaceAllString(line, "test_*"), true
}

// Bytes may arrive in any pieces.
func TestOneByteAtATime(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		for _, b := range []byte("Q\x00\x00\x00\x0dSELECT 1\x00") {
			c.SendBytes([]byte{b})
		}
		readAnswer(t, c).wantTag(t, "SELECT 1", 'I')
		for _, b := range []byte("Q\x00\x00\x00\x16DROP TABLE events\x00") {
			c.SendBytes([]byte{b})
		}
		s.deny(t, "DROP TABLE events")
		readAnswer(t, c).wantError(t, "ZH002", 'I')
		s.wantRows(t, "3")
	})
}
