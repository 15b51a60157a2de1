package alert

import (
	"testing"
	"time"
)

// TestPause: a count that takes long comes less often, and still within seconds.
func TestPause(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{
		0: time.Second, time.Millisecond: time.Second, 2 * time.Millisecond: time.Second,
		4 * time.Millisecond: 2 * time.Second, time.Second: 5 * time.Second, time.Hour: 5 * time.Second,
	} {
		if got := pause(took); got != want {
			t.Errorf("after %v: %v, want %v", took, got, want)
		}
	}
}
