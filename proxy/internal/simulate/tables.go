package simulate

import (
	"slices"
	"strconv"
	"strings"
)

// modify runs INSERT, UPDATE and DELETE.
func (s *server) modify(p *portal, st *statement) *failure {
	rows := s.tables[st.name()]
	switch st.form {
	case "insert into @ values ( # )", "insert into @ values ( # ) returning id":
		s.insert(p, st, st.numbers[0])
	case "insert into @ values ( ? )":
		n, _ := strconv.Atoi(p.values[0])
		s.insert(p, st, n)
	case "insert into @ select generate_series ( # , # )":
		var added []int
		for i := st.numbers[0]; i <= st.numbers[1]; i++ {
			added = append(added, i)
		}
		s.insert(p, st, added...)
	case "delete from @ where id = #", "delete from @ where id = ?":
		n := 0
		if len(p.values) > 0 {
			n, _ = strconv.Atoi(p.values[0])
		} else {
			n = st.numbers[0]
		}
		left := slices.DeleteFunc(slices.Clone(rows), func(id int) bool { return id == n })
		p.tag = "DELETE " + strconv.Itoa(len(rows)-len(left))
		s.changes(p, st.name(), changed{deleted: len(rows) - len(left)})
		s.write(st.name(), left)
	case "delete from @", "delete from @ returning id":
		p.tag, p.verb = "DELETE "+strconv.Itoa(len(rows)), "DELETE"
		if p.kind != rowsNone {
			p.rows = numbers(rows)
		}
		s.changes(p, st.name(), changed{deleted: len(rows)})
		s.write(st.name(), []int{})
	case "update @ set id = id + #":
		moved := make([]int, len(rows))
		for i := range rows {
			moved[i] = rows[i] + st.numbers[0]
		}
		p.tag = "UPDATE " + strconv.Itoa(len(rows))
		s.changes(p, st.name(), changed{updated: len(rows)})
		s.write(st.name(), moved)
	}
	return nil
}

func (s *server) insert(p *portal, st *statement, added ...int) {
	rows := s.tables[st.name()]
	s.write(st.name(), append(slices.Clone(rows), added...))
	p.tag, p.verb = "INSERT 0 "+strconv.Itoa(len(added)), "INSERT 0"
	if p.kind != rowsNone {
		p.rows = numbers(added)
	}
}

// define runs TRUNCATE, DROP, CREATE and RENAME.
func (s *server) define(p *portal, st *statement) *failure {
	switch st.form {
	case "create table @ ( id int )", "create table if not exists @ ( id int )", "create temp table @ ( id int )":
		return s.create(p, st)
	}
	table := st.name()
	_, exists := s.tables[table]
	switch {
	case !exists && st.form == "drop table if exists @":
		s.notice("NOTICE", "00000", "table does not exist, skipping")
		p.tag = "DROP TABLE"
		s.changes(p, table, changed{emptied: 1})
		return nil
	case !exists:
		return &failure{"42P01", "relation does not exist"}
	case s.inUse(table):
		return &failure{"55006", "it is being used by active queries in this session"}
	}
	switch st.form {
	case "truncate @":
		p.tag = "TRUNCATE TABLE"
		s.changes(p, table, changed{emptied: 1})
		s.write(table, []int{})
	case "alter table @ rename to @":
		return s.rename(p, table, st.names[1])
	default:
		p.tag = "DROP TABLE"
		s.changes(p, table, changed{emptied: 1})
		s.forgetTable(table)
	}
	return nil
}

func (s *server) create(p *portal, st *statement) *failure {
	table := st.name()
	p.tag = "CREATE TABLE"
	if _, exists := s.tables[table]; exists && st.form == "create table if not exists @ ( id int )" {
		s.notice("NOTICE", "42P07", "relation already exists, skipping")
		return nil
	} else if exists {
		return &failure{"42P07", "relation already exists"}
	}
	s.write(table, []int{})
	s.oids++
	s.origins[table] = origin{oid: s.oids, temporary: strings.HasPrefix(st.form, "create temp"), made: true}
	return nil
}

func (s *server) rename(p *portal, from, to string) *failure {
	if _, exists := s.tables[to]; exists {
		return &failure{"42P07", "relation already exists"}
	}
	p.tag = "ALTER TABLE"
	s.write(to, s.tables[from])
	s.origins[to] = s.origins[from]
	s.forgetTable(from)
	return nil
}

func (s *server) forgetTable(name string) {
	s.save()
	delete(s.tables, name)
	delete(s.origins, name)
}
