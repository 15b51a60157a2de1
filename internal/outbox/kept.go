package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Messages keeps, by hold, what a place was shown. What Put took is on disk.
type Messages interface {
	Put(ctx context.Context, hold string, message []byte) error
	Delete(ctx context.Context, hold string) error
	All(ctx context.Context) (map[string][]byte, error)
}

const (
	// keepFor is how long an ended hold is remembered: a late event of it must not be
	// shown as something new.
	keepFor = 7 * 24 * time.Hour

	// MaxKept is how many holds are remembered before those that are long over are
	// forgotten: some 300 bytes each, and a busy month.
	MaxKept = 4096
)

// Over says that what is known of a hold may be forgotten: its end was shown, and it
// was asked long ago.
func Over(done bool, asked time.Time) bool { return done && time.Since(asked) > keepFor }

// Kept is what earlier runs kept, by hold, without what over says may be forgotten.
// what names it in errors.
func Kept[T any](ctx context.Context, from Messages, what string, over func(T) bool) (map[string]T, error) {
	all, err := from.All(ctx)
	if err != nil {
		return nil, err
	}
	kept := map[string]T{}
	for id, text := range all {
		var one T
		if err := json.Unmarshal(text, &one); err != nil {
			return nil, fmt.Errorf("reading %s hold %q: %w", what, id, err)
		}
		if over(one) {
			if err := from.Delete(ctx, id); err != nil {
				return nil, err
			}
			continue
		}
		kept[id] = one
	}
	return kept, nil
}
