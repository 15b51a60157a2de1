package proxy

import (
	"errors"
	"fmt"
	"sync"

	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// A statement is judged whole, so it is collected first, and the protocol allows
// 1 GiB of it. One session may need that; what all of them collect together is
// bounded here.
const (
	// maxKept bounds the bytes that all sessions together keep of messages that are
	// not complete or that wait: one message of the longest kind, and as much again.
	maxKept = 2 << 30

	// keptFree is what a session may keep without being counted: what it may send
	// while it is held.
	keptFree = session.MaxHeldInput + chunkSize
)

var errKeptTooMuch = errors.New("the messages of all sessions together were too long, and this session's was the longest")

// budget counts what sessions keep above keptFree. The zero value is ready to use.
type budget struct {
	max int // 0 is maxKept

	mu    sync.Mutex
	total int
	by    map[*netSession]int
}

// note takes what a session keeps now. When that is more than there is for all,
// the session that keeps most is returned and counted no more: it has to go, and
// a small one never has to for the sake of a large one.
func (b *budget) note(n *netSession, kept int) (tooMuch *netSession) {
	if n.ousted.Load() || kept <= keptFree && n.kept == 0 {
		return nil
	}
	if kept <= keptFree {
		kept = 0
	}
	n.kept = kept
	b.mu.Lock()
	defer b.mu.Unlock()
	b.setLocked(n, kept)
	if b.total <= b.limit() {
		return nil
	}
	for s, size := range b.by {
		if tooMuch == nil || size > b.by[tooMuch] {
			tooMuch = s
		}
	}
	b.setLocked(tooMuch, 0)
	tooMuch.ousted.Store(true)
	return tooMuch
}

func (b *budget) limit() int {
	if b.max > 0 {
		return b.max
	}
	return maxKept
}

func (b *budget) setLocked(n *netSession, kept int) {
	if b.by == nil {
		b.by = make(map[*netSession]int)
	}
	b.total += kept - b.by[n]
	if b.by[n] = kept; kept == 0 {
		delete(b.by, n)
	}
}

// keepLocked counts what the session keeps, and ends the one that keeps too much.
func (n *netSession) keepLocked() {
	s := n.server
	big := s.kept.note(n, n.core.Kept())
	if big == nil {
		return
	}
	// In a goroutine of its own, since that session's lock may be taken.
	n.task("budget", func() {
		big.fail(wire.Error{
			Code:    "53200",
			Message: "out of memory",
			Detail:  fmt.Sprintf("holdfast keeps at most %d MiB of messages that are not complete, over all sessions.", s.kept.limit()>>20),
			Hint:    "Send less in one message, or use COPY.",
		}, errKeptTooMuch)
	})
}
