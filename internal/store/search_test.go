package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

func TestSearch(t *testing.T) {
	s := opened(t, temp(t))
	for i, h := range []hold.Hold{
		{ID: "a", State: hold.Denied, Request: hold.Request{Host: "shop-prod", SQL: `DELETE FROM "a_b"`}, Note: "100% wrong"},
		{ID: "b", State: hold.Executed, Request: hold.Request{Host: "shop-prod", SQL: "DROP TABLE <x> & 'y'"}, DecidedBy: "ben"},
		{ID: "c", State: hold.Pending, Request: hold.Request{Host: "shop-prod", SQL: "TRUNCATE t"}},
		{ID: "d", State: hold.Executed, Request: hold.Request{Host: "staging", User: "ana", SQL: `select 'c:\temp'`}},
		{ID: "e", State: hold.Expired, Request: hold.Request{Host: "shop-prod", SQL: "DELETE FROM axb"}},
		{ID: "f", State: hold.Granted, Request: hold.Request{Host: "shop-prod", SQL: "DROP TABLE f"}},
	} {
		h.Asked = noon.Add(time.Duration(i) * time.Minute)
		if i == 4 {
			h.Asked = noon.Add(3 * time.Minute) // the same moment as d
		}
		if err := s.Insert(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		q    hold.Search
		want string
	}{
		{hold.Search{Limit: 9}, "d e b a"},
		{hold.Search{Limit: 2}, "d e"},
		{hold.Search{Limit: 9, Granted: true}, "f d e b a"},
		{hold.Search{Limit: 9, Granted: true, States: []hold.State{hold.Granted}}, "f"},
		{hold.Search{Limit: 9, States: []hold.State{hold.Granted}}, ""},
		{hold.Search{}, ""},
		{hold.Search{Limit: 9, Before: noon.Add(3 * time.Minute), BeforeID: "d"}, "e b a"},
		{hold.Search{Limit: 9, Before: noon.Add(3 * time.Minute), BeforeID: "e"}, "b a"},
		{hold.Search{Limit: 9, States: []hold.State{hold.Denied, hold.Expired}}, "e a"},
		{hold.Search{Limit: 9, States: []hold.State{hold.Pending}}, ""},
		{hold.Search{Limit: 9, Text: "SHOP"}, "e b a"},
		{hold.Search{Limit: 9, Text: "a_b"}, "a"},
		{hold.Search{Limit: 9, Text: "100%"}, "a"},
		{hold.Search{Limit: 9, Text: "<x> & 'y'"}, "b"},
		{hold.Search{Limit: 9, Text: `c:\temp`}, "d"},
		{hold.Search{Limit: 9, Text: "ben"}, "b"},
		{hold.Search{Limit: 9, Text: "') OR 1=1 --"}, ""},
		{hold.Search{Limit: 9, Text: "from", States: []hold.State{hold.Denied}, Before: noon.Add(time.Hour), BeforeID: "z"}, "a"},
	} {
		got, err := s.Search(t.Context(), c.q)
		if err != nil || ids(got) != c.want {
			t.Errorf("%+v: %q, %v; want %q", c.q, ids(got), err, c.want)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	s, err := Open(b.Context(), control(b.TempDir()+"/holdfast.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for i := range RetainCount {
		h := sample(fmt.Sprint(i))
		h.State, h.Asked = hold.Denied, noon.Add(time.Duration(i)*time.Second)
		if err := s.Insert(b.Context(), h); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if got, err := s.Search(b.Context(), hold.Search{Text: "nowhere", Limit: 50}); err != nil || len(got) > 0 {
			b.Fatal(got, err)
		}
	}
}
