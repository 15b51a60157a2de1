package web

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	// maxStreams bounds the pages that are live, and maxOwnStreams those of one
	// session; the others ask again now and then.
	maxStreams, maxOwnStreams = 300, 12

	// alertPause is how often pages hear of alerts at most: one grows with every row, and
	// each open page asks for the counts again.
	alertPause = 3 * time.Second

	// beat is how often a stream that has nothing to say says so: it keeps networks
	// from ending it, and ends with the session.
	beat = 15 * time.Second

	// beatWait bounds the time for one line to leave.
	beatWait = 10 * time.Second
)

// live tells open pages that something has changed. What that is they ask for
// themselves, so a page that is slow misses nothing.
type live struct {
	stop chan struct{}
	once sync.Once

	mu      sync.Mutex // guards the fields below
	streams map[*stream]struct{}
	changes uint64 // how many there were
}

// stream is one open page.
type stream struct {
	changed chan struct{} // has room for one
	secret  [32]byte      // of its session
}

func newLive() *live { return &live{stop: make(chan struct{}), streams: map[*stream]struct{}{}} }

func (l *live) close() { l.once.Do(func() { close(l.stop) }) }

// run hears from a desk until close, and tells at most once in a pause.
func (l *live) run(ready <-chan struct{}, take func(), pause time.Duration) {
	for {
		select {
		case <-ready:
			take()
			l.tell()
			select {
			case <-time.After(pause):
			case <-l.stop:
				return
			}
		case <-l.stop:
			return
		}
	}
}

func (l *live) tell() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes++
	for s := range l.streams {
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}
}

// count is how many changes there were. A page that is made from what is read
// afterwards has seen them all.
func (l *live) count() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changes
}

// join is nil when there is no place. seen is the count of the page: what changed
// since is told at once.
func (l *live) join(who session, seen string) *stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	own := 0
	for s := range l.streams {
		if s.secret == who.secret {
			own++
		}
	}
	if len(l.streams) >= maxStreams || own >= maxOwnStreams {
		return nil
	}
	s := &stream{changed: make(chan struct{}, 1), secret: who.secret}
	l.streams[s] = struct{}{}
	if seen != strconv.FormatUint(l.changes, 10) {
		s.changed <- struct{}{}
	}
	return s
}

func (l *live) leave(s *stream) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.streams, s)
}

// stream is server-sent events (HTML standard, "Server-sent events"): "changed" when
// a hold or an alert has, "ended" when the session is over.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, who session) {
	own := s.live.join(who, r.URL.Query().Get("seen"))
	if own == nil {
		w.Header().Set("Retry-After", "30")
		s.refuse(w, r, http.StatusServiceUnavailable, "Too many pages are live.", "This one asks again now and then.")
		return
	}
	defer s.live.leave(own)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep lines back
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // the request is read; a deadline would end the stream
	say := func(text string) bool {
		_ = control.SetWriteDeadline(time.Now().Add(beatWait)) // every listener of ours has deadlines
		_, err := w.Write([]byte(text))
		return err == nil && control.Flush() == nil
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for text := "retry: 3000\n\n"; say(text); {
		select {
		case <-own.changed:
			text = "event: changed\ndata:\n\n"
		case <-tick.C:
			text = ":\n\n"
		case <-s.live.stop:
			return
		case <-r.Context().Done():
			return
		}
		if !s.sessions.going(who) || !s.stillOf(who) {
			say("event: ended\ndata:\n\n")
			return
		}
	}
}
