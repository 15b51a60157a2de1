package proxy

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c clock
		from := time.Now()
		if got := c.at(c.now(), from, from.Add(time.Hour)); got != from {
			t.Errorf("one that stands still says %v", got)
		}
		defer c.start()()
		for range 100 {
			time.Sleep(70 * time.Millisecond)
			noted, reading := time.Now(), c.now()
			time.Sleep(time.Second)
			shown := c.at(reading, from, time.Now())
			if late := shown.Sub(noted); late < 0 || late > 2*clockTick {
				t.Errorf("it is %v late", late)
			}
			if shown = c.at(reading, from, noted); shown != noted {
				t.Errorf("what begins now is shown since %v before now", noted.Sub(shown))
			}
			if later := time.Now(); c.at(reading, later, later) != later {
				t.Error("it is shown since before it was there")
			}
		}
	})
}
