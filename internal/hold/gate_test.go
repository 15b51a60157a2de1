package hold

import (
	"slices"
	"testing"
	"testing/synctest"
)

// TestGateKeepsTheOrder: who came first is let in first.
func TestGateKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := make(gate, 1)
		g.Lock()
		var order []int
		for i := range 20 {
			go func() {
				g.Lock()
				defer g.Unlock()
				order = append(order, i)
			}()
			synctest.Wait()
		}
		g.Unlock()
		synctest.Wait()
		if len(order) != 20 || !slices.IsSorted(order) {
			t.Errorf("let in as %v", order)
		}
	})
}
