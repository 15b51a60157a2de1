package simulate

import (
	"bytes"
	"maps"
	"slices"
	"unique"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// changed is what happened to the rows of a table in one session.
type changed struct {
	deleted, updated, undone int
	emptied                  int // how often a tag says TRUNCATE TABLE or DROP TABLE of it
}

func (a changed) plus(b changed) changed {
	return changed{a.deleted + b.deleted, a.updated + b.updated, a.undone + b.undone, a.emptied + b.emptied}
}

// changes notes what a statement does to rows, in the server. A portal that returns
// them tells how many in the course of being fetched.
func (s *server) changes(p *portal, table string, n changed) {
	s.save()
	s.changed[table] = s.changed[table].plus(n)
	s.ever[table] = s.ever[table].plus(n)
	p.deleting = p.kind != rowsNone
}

// committed is what happened for good, undone what a rollback has taken back.
func (s *server) committed() map[string]changed {
	now := s.changed
	if s.saved != nil {
		now = s.saved.changed
	}
	all := maps.Clone(s.ever)
	for table, e := range all {
		n := now[table]
		all[table] = changed{n.deleted, n.updated, e.deleted - n.deleted, n.emptied}
	}
	return all
}

// tallies are the sums of all that the core has handed out.
type tallies struct {
	by  map[string]changed
	sum changed
}

// tallying is what the core hands its sums to.
func (c *conversation) tallying() func(unique.Handle[event.Origin], []event.Sum) {
	tallied := c.world.options.tallied(c.tallied)
	return func(_ unique.Handle[event.Origin], sums []event.Sum) { tallied(sums) }
}

// tallied takes what the core hands out.
func (c *conversation) tallied(rows []event.Sum) {
	if len(rows) == 0 {
		c.fail("the core hands out a transaction that did nothing")
	}
	if c.tallies.by == nil {
		c.tallies.by = map[string]changed{}
	}
	for i, r := range rows {
		n := changed{int(r.Deleted), int(r.Updated), int(r.Undone), int(r.Emptied)}
		if slices.ContainsFunc(rows[:i], func(o event.Sum) bool { return o.Of.Table == r.Of.Table }) || n == (changed{}) {
			c.fail("the core hands out table %q twice or for nothing", r.Of.Table)
		}
		c.tallies.by[r.Of.Table] = c.tallies.by[r.Of.Table].plus(n)
		c.tallies.sum = c.tallies.sum.plus(n)
		c.world.stats.Tallied = c.world.stats.Tallied.plus(n)
		if r.Of.Table == "" {
			c.world.stats.Unnamed += n.deleted + n.updated + n.undone
			if c.mode == session.Enforce && !c.hasUncertainText() {
				c.fail("the core does not know the table of %+v", n)
			}
		}
	}
	c.trace("core", "a transaction is over")
}

// hasUncertainText says that the client has sent text that can be read in two ways, or
// two statements of one name.
func (c *conversation) hasUncertainText() bool {
	named := map[string]bool{}
	for _, m := range c.sent {
		if bytes.IndexByte(m, '\\') >= 0 {
			return true
		}
		if f, _ := wire.ReadParse(m.body()); m.kind() == wire.Parse && len(f.Name) > 0 {
			if named[string(f.Name)] {
				return true
			}
			named[string(f.Name)] = true
		}
	}
	return false
}

// checkTallies holds what the core has said against what happened. No transaction may
// count for more than it did. As long as the session goes on and no transaction is
// open, every one has been told, but for rows of a DELETE ... RETURNING that the client
// has left in the server.
func (c *conversation) checkTallies(settled bool) {
	if c.mode == session.Off {
		return
	}
	var all changed
	got := c.tallies
	for table := range got.by {
		if _, there := c.server.ever[table]; !there && table != "" {
			c.fail("the core has counted rows of table %q, to which nothing was done", table)
		}
	}
	for table, is := range c.server.committed() {
		all = all.plus(is)
		if n := got.by[table]; n.deleted > is.deleted || n.updated > is.updated || n.undone > is.undone || n.emptied > is.emptied {
			c.fail("the core has counted %+v for table %s, which was %+v", n, table, is)
		}
	}
	if got.sum.deleted > all.deleted || got.sum.updated > all.updated || got.sum.undone > all.undone || got.sum.emptied > all.emptied {
		c.fail("the core has counted %+v in all, which was %+v", got.sum, all)
	}
	if !settled || c.closed || c.server.dead || c.server.tx != txNone || !c.core.Idle() {
		return
	}
	least := changed{all.deleted - c.server.unfetched, all.updated, all.undone - c.server.unfetched, 0} // what was spared is not emptied
	if got.sum.deleted < least.deleted || got.sum.updated < least.updated || got.sum.undone < least.undone {
		c.fail("the core has counted %+v in all, which was %+v", got.sum, all)
	}
}
