package store

import (
	"context"
	"strings"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// searched is where the text of a search is looked for.
var searched = []string{
	"id", "request ->> '$.Host'", "request ->> '$.Environment'", "request ->> '$.Database'", "request ->> '$.User'",
	"request ->> '$.Application'", "request ->> '$.Client'", "request ->> '$.Rule'", "request ->> '$.SQL'",
	"answer ->> '$.DecidedBy'", "answer ->> '$.Note'",
}

// Search finds holds that ended, newest first. It reads every hold that is kept, since
// no index could find a part of a word; there are RetainCount of them at most.
func (s *Store) Search(ctx context.Context, q hold.Search) ([]hold.Hold, error) {
	where, args := []string{"NOT " + open}, []any{}
	if q.Granted {
		where[0] = "(NOT " + open + " OR state = 'granted')"
	}
	if len(q.States) > 0 {
		where = append(where, "state IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(q.States)), ", ")+")")
		for _, state := range q.States {
			args = append(args, string(state))
		}
	}
	if q.BeforeID != "" {
		where = append(where, "(asked < ? OR asked = ? AND id > ?)")
		args = append(args, stamp(q.Before), stamp(q.Before), q.BeforeID)
	}
	if q.Text != "" {
		var any []string
		for _, column := range searched {
			any, args = append(any, column+` LIKE ? ESCAPE '\'`), append(args, pattern(q.Text))
		}
		where = append(where, "("+strings.Join(any, " OR ")+")")
	}
	return s.list(ctx, "WHERE "+strings.Join(where, " AND ")+" ORDER BY asked DESC, id LIMIT ?", append(args, max(q.Limit, 0))...)
}

// pattern finds text anywhere, taken literally.
func pattern(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text) + "%"
}
