package simulate

import (
	"fmt"
	"testing"

	"github.com/holdfast-db/holdfast/internal/volume"
)

func TestDebug(t *testing.T) {
	w := NewWorld(Styles[0], 1, 100)
	watch, _ := volume.NewWatch(volume.Options{}, func(a volume.Alert) {
		if a.Table == "public.t000" {
			fmt.Println(a)
		}
	})
	hours := map[string]int64{}
	last := ""
	for i := range w.Counts {
		c := &w.Counts[i]
		if c.Table == "public.t000" && c.Application == "archive" {
			k := c.At.Format("02 Mon 15")
			if k != last {
				fmt.Println(last, hours[last])
			}
			last = k
			hours[k] += c.Deleted
		}
		watch.Add(c)
	}
	fmt.Println(last, hours[last])
}
