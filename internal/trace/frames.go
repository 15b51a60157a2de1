package trace

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
)

const (
	// keepWhole is how much of a body is kept to be described; a longer one is
	// shown by its beginning. It is what holdfast parses of a statement at most.
	keepWhole = 256 << 10

	// maxPacket bounds the client's first packets: MAX_STARTUP_PACKET_LENGTH in
	// PostgreSQL's pqcomm.h.
	maxPacket = 10000

	// tlsRecord is the first byte of a client that begins with TLS.
	tlsRecord = 0x16

	// lengthSize is the size of a length, which counts itself.
	lengthSize = 4
)

// Framer finds the messages of one connection, both ways: that the server answers
// with one byte can only be told from what the client asked. The zero value is a
// connection at its beginning. It is for one goroutine.
type Framer struct {
	sides   [2]stream // by Side
	started bool      // the client has sent its StartupMessage
	asked   int       // requests for encryption without an answer
	over    bool      // no messages follow: they are encrypted, or the place is lost
}

// Feed takes the next bytes of one side, cut anywhere, and calls each for every
// message that they complete.
func (f *Framer) Feed(from Side, b []byte, each func(Message)) {
	for len(b) > 0 && !f.over {
		s := &f.sides[from]
		if s.atStart() && f.special(from, b[0], each) {
			b = b[1:]
			continue
		}
		typed := from == Server || f.started
		rest, done, note := s.take(b, typed)
		b = rest
		switch {
		case note != "":
			f.over = true
			each(Message{From: from, Note: note})
		case done:
			f.found(s.message(from), each)
		}
	}
}

// special takes a byte that begins no message.
func (f *Framer) special(from Side, b byte, each func(Message)) bool {
	switch {
	case from == Client && !f.started && b == tlsRecord:
		f.over = true
		each(Message{From: from, Note: "(TLS begins without a request)"})
		return true
	case from == Client || f.asked == 0 || b == 'E': // an old server answers with an error
		return false
	}
	f.asked--
	f.over = b != 'N'
	each(Message{From: from, Body: []byte{b}})
	return true
}

// found passes a message on, and notes what it says about those to come.
func (f *Framer) found(m Message, each func(Message)) {
	if m.From == Client && !f.started && len(m.Body) >= 4 {
		switch binary.BigEndian.Uint32(m.Body) {
		case codeSSL, codeGSSENC:
			f.asked++
		case codeCancel:
		default:
			f.started = true
		}
	}
	each(m)
	f.sides[m.From].reset()
}

// End says where in a message the bytes of a side have ended.
func (f *Framer) End(each func(Message)) {
	for from := range f.sides {
		if s := &f.sides[from]; !f.over && !s.atStart() {
			each(Message{From: Side(from), Note: s.unfinished(Side(from))})
		}
	}
	f.over = true
}

// stream is the message under way from one side.
type stream struct {
	kind   byte
	length [lengthSize]byte
	head   int    // bytes of the header that have come
	typed  bool   // it has a type
	body   []byte // what is kept of the body
	size   int    // of the body, once the header is complete
	came   int    // bytes of the body
	sum    hash.Hash
}

func (s *stream) atStart() bool { return s.head == 0 }

func (s *stream) headSize() int {
	if s.typed {
		return 1 + lengthSize
	}
	return lengthSize
}

// take takes bytes up to the end of the message. note says that the length cannot
// be one.
func (s *stream) take(b []byte, typed bool) (rest []byte, done bool, note string) {
	if s.atStart() {
		s.typed = typed
	}
	if s.head < s.headSize() {
		b, note = s.takeHeader(b)
	}
	if s.head < s.headSize() || note != "" {
		return b, false, note
	}
	n := min(len(b), s.size-s.came)
	s.keep(b[:n])
	return b[n:], s.came == s.size, ""
}

func (s *stream) takeHeader(b []byte) (rest []byte, note string) {
	for ; len(b) > 0 && s.head < s.headSize(); b = b[1:] {
		if at := s.head - (s.headSize() - lengthSize); at < 0 {
			s.kind = b[0]
		} else {
			s.length[at] = b[0]
		}
		s.head++
	}
	if s.head == s.headSize() {
		note = s.begin()
	}
	return b, note
}

// begin reads the length.
func (s *stream) begin() (note string) {
	n := int(int32(binary.BigEndian.Uint32(s.length[:])))
	switch {
	case !s.typed && (n < lengthSize+4 || n > maxPacket):
		return fmt.Sprintf("(not the protocol: a first packet says it is %d bytes long; what follows is not shown)", n)
	case s.typed && s.kind == 0, n < lengthSize:
		return fmt.Sprintf("(not the protocol: message %q says it is %d bytes long; what follows is not shown)", s.kind, n)
	}
	s.size = n - lengthSize
	return ""
}

func (s *stream) keep(b []byte) {
	s.came += len(b)
	if s.size <= keepWhole {
		s.body = append(s.body, b...)
		return
	}
	if s.sum == nil {
		s.sum = sha256.New()
	}
	s.sum.Write(b)
	s.body = append(s.body, b[:min(len(b), keepWhole-len(s.body))]...)
}

func (s *stream) message(from Side) Message {
	m := Message{From: from, Type: s.kind, Body: s.body, Left: s.size - len(s.body)}
	if s.sum != nil {
		m.Hash = hex.EncodeToString(s.sum.Sum(nil)[:8])
	}
	return m
}

// reset makes ready for the next message. The memory of a small body is used
// again.
func (s *stream) reset() {
	kept := s.body[:0]
	if cap(kept) > keepWhole/16 {
		kept = nil
	}
	*s = stream{body: kept}
}

func (s *stream) unfinished(from Side) string {
	name := "a first packet"
	if s.typed {
		name, _ = Message{From: from, Type: s.kind}.name()
	}
	if s.head < s.headSize() {
		return fmt.Sprintf("(ends within the header of %s)", name)
	}
	return fmt.Sprintf("(ends within %s: %d of %d bytes)", name, s.came, s.size)
}
