package simulate

import (
	"slices"
	"strings"
)

// posted is what a goroutine has to say to the world.
type posted struct {
	key string
	f   func()
}

// post hands f to the world, from a goroutine. Of what is posted in one step the
// key gives the order.
func (w *world) post(key string, f func()) {
	w.mu.Lock()
	w.inbox = append(w.inbox, posted{key, f})
	w.mu.Unlock()
	w.stir()
}

// posts are what the goroutines have said, in an order that the seed decides.
func (w *world) posts() []posted {
	w.mu.Lock()
	defer w.mu.Unlock()
	slices.SortFunc(w.inbox, func(a, b posted) int { return strings.Compare(a.key, b.key) })
	return w.inbox
}

// takeDecisions hears what everybody was told about their answers by now.
func (w *world) takeDecisions() {
	for _, p := range slices.Clone(w.posts()) {
		if strings.HasPrefix(p.key, decisions) {
			w.takePost(p.key)
		}
	}
}

func (w *world) takePost(key string) {
	w.mu.Lock()
	i := slices.IndexFunc(w.inbox, func(p posted) bool { return p.key == key })
	f := w.inbox[i].f
	w.inbox = slices.Delete(w.inbox, i, i+1)
	w.mu.Unlock()
	f()
}

// post hands f to the world, from the goroutine that waits for people. What comes
// after a crash of holdfast is heard by nobody.
func (c *conversation) post(f func()) {
	w := c.world
	w.mu.Lock()
	c.inbox = append(c.inbox, func() {
		if !c.run.gone {
			f()
		}
	})
	w.mu.Unlock()
	w.stir()
}

// takePost does what was posted next.
func (c *conversation) takePost() {
	c.world.mu.Lock()
	f := c.inbox[0]
	c.inbox = c.inbox[1:]
	c.world.mu.Unlock()
	f()
}

// unheard says that a goroutine has said something that nobody has heard yet: a
// scheduler may be slow, but not by minutes.
func (w *world) unheard() bool {
	for _, c := range w.sessions {
		if len(c.inbox) > 0 {
			return true
		}
	}
	return len(w.posts()) > 0
}
