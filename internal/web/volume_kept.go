package web

import (
	"context"
	"sync"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
)

// tablesFor is how long the sums of all tables are shown again: while an alert grows
// every open page asks, and one answer does for all of them.
const tablesFor = 2 * time.Second

// tablesKept are the sums of all tables by period. The zero value has none.
type tablesKept struct {
	mu   sync.Mutex // held while they are read, so that they are read once
	kept map[string]tablesAt
}

type tablesAt struct {
	read time.Time
	all  []alert.Table
}

// tables is what every table lost in a period that ends now. Callers share it and do
// not change it.
func (s *Server) tables(ctx context.Context, of period, now time.Time) ([]alert.Table, error) {
	s.sums.mu.Lock()
	defer s.sums.mu.Unlock()
	if last, known := s.sums.kept[of.Word]; known && now.Sub(last.read) < tablesFor {
		return last.all, nil
	}
	to := now.UTC().Truncate(time.Minute).Add(time.Minute)
	all, err := s.Alerts.Tables(ctx, to.Add(-of.Whole), to)
	if err != nil {
		return nil, err
	}
	if s.sums.kept == nil {
		s.sums.kept = map[string]tablesAt{}
	}
	s.sums.kept[of.Word] = tablesAt{time.Now(), all}
	return all, nil
}
