package tally

import (
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/rules"
)

// what is summed by. Two of them may well be about the same table.
type what struct {
	who who
	of  *rules.Rows
}

// sum is what one origin did by one statement.
type sum struct {
	who who
	event.Sum
}

// sums are made of entries, at most maxSums at a time.
type sums struct {
	at   map[what]int // in list
	list []sum
	rows []event.Rows // room for handOn
}

func (s *sums) full() bool { return len(s.list) == maxSums }

func (s *sums) add(by who, e *entry) {
	w := what{by, e.of}
	i, known := s.at[w]
	if !known {
		i = len(s.list)
		s.at[w] = i
		s.list = append(s.list, sum{by, event.Sum{Of: e.of}})
	}
	e.count(&s.list[i].Sum)
}

// count adds its number to what it counts.
func (e *entry) count(s *event.Sum) {
	switch n := e.packed / kinds; kind(e.packed % kinds) {
	case deleted:
		s.Deleted += n
	case updated:
		s.Updated += n
	case undone:
		s.Undone += n
	case emptied:
		s.Emptied += n
	}
}

// handOn hands on what was summed, and forgets it: sums of one origin that follow each
// other together.
func (s *sums) handOn(to func(*event.Tally)) {
	for from, i := 0, 0; from < len(s.list); from = i {
		who := s.list[from].who
		s.rows = s.rows[:0]
		for ; i < len(s.list) && s.list[i].who == who; i++ {
			s.rows = append(s.rows, s.list[i].Rows())
		}
		to(&event.Tally{Origin: who.Value(), Rows: s.rows})
	}
	clear(s.at)
	clear(s.list)
	clear(s.rows)
	s.list = s.list[:0]
}
