package simulate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// modelSetup makes a database as newServer has it, with the functions that the
// scripts call.
var modelSetup = []string{
	`create function scs_off() returns int language sql volatile as $$ select set_config('standard_conforming_strings','off',false) is null; select 0 $$`,
	`create function scs_on() returns int language sql volatile as $$ select set_config('standard_conforming_strings','on',false) is null; select 0 $$`,
	`create function noisy(n int) returns int language plpgsql volatile as $$ begin raise notice 'noise %', n; return 0; end $$`,
}

// TestModelIsPostgres plays scripts against the model and against real servers
// and compares every reply: its type, SQLSTATE, tag, status and first value.
func TestModelIsPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("needs servers")
	}
	seeds := *differSeeds
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		name := srv.Database(t, modelSetup...)
		srv.Exec(t, name, `alter database "`+name+`" set escape_string_warning = off`)
		srv.Exec(t, name, `alter database "`+name+`" set client_min_messages = notice`)
		for i := range uint64(seeds) {
			differ(t, srv, name, *firstSeed+i)
			if t.Failed() {
				return
			}
		}
	})
}

func differ(t *testing.T, srv *pgtest.Server, database string, seed uint64) {
	srv.Exec(t, database, `drop table if exists a1, b1, c1; create table a1 (id int); create table b1 (id int); insert into a1 select generate_series(1,5); insert into b1 select generate_series(1,3)`)
	model := newServer()
	model.implicitPipelines = srv.Version.Major >= 18
	model.tables["a1"], model.tables["b1"] = []int{1, 2, 3, 4, 5}, []int{1, 2, 3}
	c := pgtest.Connect(t, srv.Addr(), database)
	var trace []string
	for _, it := range newScript(rand.New(rand.NewPCG(seed, 0)), 1, 1, false) {
		if it.ifCopy && model.copying == nil {
			continue
		}
		var b []byte
		from := len(model.out)
		for _, m := range it.messages {
			trace = append(trace, "  > "+describeMessage(m, true))
			b = append(b, m...)
			model.process(m, 0, "")
		}
		if model.implicitPipelines && model.mixed {
			break // 18.4 loses its place: "StartTransactionCommand: unexpected state STARTED"
		}
		if model.dead { // the connection may be reset while we write
			break
		}
		c.SendBytes(b)
		// The server flushes when it likes; the client reads what must come.
		for range model.out[from:model.flushed] {
		}
		if model.flushed < len(model.out) && model.copying == nil {
			flush := bare(wire.Flush)
			if !model.ignoring {
				c.SendBytes(flush)
				model.process(flush, 0, "")
			}
		}
		if !compare(t, c, model, from, &trace) {
			t.Errorf("PostgreSQL %s, SEED=%d:\n%s", srv.Version, seed, strings.Join(trace, "\n"))
			break
		}
	}
	c.Close()
}

// compare reads what the model says that the server has sent.
func compare(t *testing.T, c *pgtest.Client, model *server, from int, trace *[]string) bool {
	want := model.out[from:]
	var got []string
	var wanted []string
	for _, r := range want {
		wanted = append(wanted, word(r.message))
	}
	same := true
	for range want {
		m, err := c.TryRead(5 * time.Second)
		if err != nil {
			got = append(got, fmt.Sprint(err))
			same = false
			break
		}
		got = append(got, word(newMessage(m.Type, m.Body)))
		if m.Type == 'E' && strings.Contains(word(newMessage(m.Type, m.Body)), "FATAL") {
			break
		}
	}
	sortRows(got)
	sortRows(wanted)
	same = same && slices.Equal(got, wanted)
	if !same {
		if m, err := c.TryRead(100 * time.Millisecond); err == nil {
			got = append(got, "and "+word(newMessage(m.Type, m.Body)))
		}
	}
	*trace = append(*trace, "  < "+strings.Join(got, " | "))
	if !same {
		*trace = append(*trace, "  model says: "+strings.Join(wanted, " | "))
	}
	return same
}

// sortRows puts runs of rows in order: the server may use the room of dead rows
// again, so where a row lies is not the model's to say. Nor is the order in which
// several settings are reported, which differs between versions.
func sortRows(words []string) {
	for _, kind := range []string{"D ", "S "} {
		for from := 0; from < len(words); from++ {
			to := from
			for to < len(words) && strings.HasPrefix(words[to], kind) {
				to++
			}
			slices.Sort(words[from:to])
			from = to
		}
	}
}

// word is what is compared of a reply.
func word(m message) string {
	switch m.kind() {
	case wire.ErrorResponse, wire.NoticeResponse:
		return string(m.kind()) + " " + wire.ErrorField(m.body(), 'V') + " " + wire.ErrorField(m.body(), 'C')
	case wire.CommandComplete, wire.ReadyForQuery:
		return string(m.kind()) + " " + string(m.body())
	case wire.DataRow:
		v, _ := wire.FirstValue(m.body())
		return "D " + string(v[:min(len(v), 20)])
	case wire.ParameterStatus:
		name, value, _ := wire.ReadParameterStatus(m.body())
		return "S " + string(name) + "=" + string(value)
	case wire.NotificationResponse:
		return "A " + string(m.body()[4:])
	}
	return string(m.kind())
}
