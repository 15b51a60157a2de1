package rules

import "testing"

func brakeOn(table string) []Brake {
	return []Brake{{Alert: "v3nc8x5d", Host: "shop-prod", Database: "shop", User: "app", Application: "worker", Table: table}}
}

var braked = Origin{Host: "shop-prod", Database: "shop", User: "app", Application: "worker"}

// TestBrake: what goes on and what waits under a brake on one actor and table,
// although a rule allows everything.
func TestBrake(t *testing.T) {
	free := []Rule{{Name: "free", Action: Allow, When: When{Users: patterns("*")}}}
	for _, c := range []struct{ table, sql, want string }{
		{"orders", "delete from orders where id = 1", "hold brake"},
		{"orders", "DELETE FROM public.orders WHERE id = 1", "hold brake"},
		{"orders", "with d as (delete from orders where id = 1 returning id) select * from d", "hold brake"},
		{"orders", "merge into orders o using gone g on o.id = g.id when matched then delete", "hold brake"},
		{"orders", "truncate items, orders", "hold brake"},
		{"orders", "drop table orders", "hold brake"},
		{"orders", "prepare p as delete from orders where id = $1; execute p(1)", "hold brake"},
		{"orders", "delete from audit.orders where id = 1", "allow"},
		{"orders", "delete from items where id = 1", "allow"},
		{"orders", "delete from preorders where id = 1", "allow"},
		{"orders", "update orders set x = 1 where id = 1", "allow"},
		{"orders", "insert into orders values (1)", "allow"},
		{"orders", "select * from orders", "allow"},
		{"audit.orders", "delete from audit.orders where id = 1", "hold brake"},
		{"audit.orders", "delete from orders where id = 1", "hold brake"}, // by search_path it may be that one
		{"audit.orders", "delete from public.orders where id = 1", "allow"},
		{"audit.orders", "delete from ders where id = 1", "allow"},
		{"orders", `delete from "Orders" where id = 1`, "allow"},
	} {
		p := NewPolicy(PolicyOptions{Rules: free}).WithBrakes(brakeOn(c.table))
		v := p.Judge(braked, NewReader(ReaderOptions{}).Read([]byte(c.sql), Settings{}), nil)
		got := v.Action.String()
		if v.Action != Allow {
			got += " " + v.Rule
		}
		if got != c.want {
			t.Errorf("brake on %s: %s: %s, want %s", c.table, c.sql, got, c.want)
		}
	}
}

// TestBrakeIsOnOneActor: whoever differs in one thing goes on.
func TestBrakeIsOnOneActor(t *testing.T) {
	p := DefaultPolicy().WithBrakes(brakeOn("orders"))
	facts := NewReader(ReaderOptions{}).Read([]byte("delete from orders where id = 1"), Settings{})
	for name, change := range map[string]func(*Origin){
		"host": func(o *Origin) { o.Host = "shop-staging" }, "database": func(o *Origin) { o.Database = "other" },
		"user": func(o *Origin) { o.User = "ana" }, "application": func(o *Origin) { o.Application = "" },
	} {
		o := braked
		change(&o)
		if v := p.Judge(o, facts, nil); v.Action != Measure {
			t.Errorf("another %s: %s", name, v.Action)
		}
	}
	v := p.Judge(braked, facts, nil)
	if v.Action != Hold || v.Why != "deletes by app/worker there are braked since alert v3nc8x5d" || len(v.Effects) != 1 {
		t.Errorf("the braked actor: %+v", v)
	}
}

// TestBrakeMakesNothingMilder: what is refused or held otherwise stays so, and a
// policy without brakes is the one before.
func TestBrakeMakesNothingMilder(t *testing.T) {
	never := []Rule{{Name: "never", Action: Refuse, When: When{Verbs: []Verb{VerbDelete}}}}
	p := NewPolicy(PolicyOptions{Rules: never})
	facts := NewReader(ReaderOptions{}).Read([]byte("delete from orders where id = 1"), Settings{})
	if v := p.WithBrakes(brakeOn("orders")).Judge(braked, facts, nil); v.Action != Refuse || v.Rule != "never" {
		t.Errorf("a rule that refuses under a brake: %s %s", v.Action, v.Rule)
	}
	released := DefaultPolicy().WithBrakes(brakeOn("orders")).WithBrakes(nil)
	if v := released.Judge(braked, facts, nil); v.Action != Measure {
		t.Errorf("after the brake was released: %s", v.Action)
	}
	every := NewReader(ReaderOptions{}).Read([]byte("delete from orders"), Settings{})
	if v := DefaultPolicy().WithBrakes(brakeOn("orders")).Judge(braked, every, nil); v.Rule != ruleDeletes || !v.Braked {
		t.Errorf("what is held without a brake: %+v", v)
	}
	if v := released.Judge(braked, every, nil); v.Braked {
		t.Errorf("held after the brake was released: %+v", v)
	}
	both := NewReader(ReaderOptions{}).Read([]byte("drop table items; delete from orders where id = 1; drop table others"), Settings{})
	if v := DefaultPolicy().WithBrakes(brakeOn("orders")).Judge(braked, both, nil); !v.Braked || !Worse(Verdict{Rule: "x"}, v).Braked {
		t.Errorf("one of several: %+v", v)
	}
}
