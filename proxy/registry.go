package proxy

import (
	"slices"
	"sync"
)

// registry knows the sessions: all of them, and by their cancel keys. The zero
// value is ready to use.
type registry struct {
	mu   sync.Mutex
	set  map[*netSession]struct{}
	keys map[string]*netSession
}

func (r *registry) add(s *netSession) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.set == nil {
		r.set = make(map[*netSession]struct{})
		r.keys = make(map[string]*netSession)
	}
	r.set[s] = struct{}{}
	if s.key != "" {
		r.keys[s.key] = s
	}
}

func (r *registry) remove(s *netSession) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.set, s)
	if r.keys[s.key] == s {
		delete(r.keys, s.key)
	}
}

// byKey is the session of a cancel key on a host, or nil. Keys are the servers'
// own, and two servers may give out the same.
func (r *registry) byKey(h *host, key []byte) *netSession {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keys[cancelKey(h, key)]
}

func (r *registry) all() []*netSession { return r.appendTo(nil) }

// appendTo appends all sessions to a list.
func (r *registry) appendTo(list []*netSession) []*netSession {
	r.mu.Lock()
	defer r.mu.Unlock()
	list = slices.Grow(list, len(r.set))
	for s := range r.set {
		list = append(list, s)
	}
	return list
}

func cancelKey(h *host, key []byte) string { return h.Name + "\x00" + string(key) }
