package proxy

import (
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 41 * time.Second: "41 s", 30 * time.Minute: "30 min",
		223 * time.Second: "3 min 43 s", 59*time.Second + 600*time.Millisecond: "1 min",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%v) = %q, want %q", d, got, want)
		}
	}
}
