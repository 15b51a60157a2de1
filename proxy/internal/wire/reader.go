package wire

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// ReadPacket reads a first packet, which has no type: its length word and the
// rest. Lengths outside 8 to MaxStartup are an error before anything is
// allocated.
func ReadPacket(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(4)
	if err != nil {
		return nil, fmt.Errorf("reading first packet: %w", err)
	}
	n := binary.BigEndian.Uint32(head)
	if n < 8 || n > MaxStartup {
		return nil, fmt.Errorf("invalid length of first packet: %d, allowed are 8 to %d", n, MaxStartup)
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, fmt.Errorf("reading first packet: %w", err)
	}
	return raw, nil
}

// ReadMessage reads one whole message, header included, of at most limit bytes
// of body and length word. It is for the login, where messages are small and
// come one at a time.
func ReadMessage(r *bufio.Reader, limit int) ([]byte, error) {
	head, err := r.Peek(HeaderLen)
	if err != nil {
		return nil, fmt.Errorf("reading message: %w", err)
	}
	h, _ := Peek(head)
	if err := checkLength(h, limit); err != nil {
		return nil, err
	}
	raw := make([]byte, h.Total)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, fmt.Errorf("reading message %s: %w", TypeName(h.Type), err)
	}
	return raw, nil
}

// PeekMessage reads the header of the next message without taking it.
func PeekMessage(r *bufio.Reader) (Header, error) {
	head, err := r.Peek(HeaderLen)
	if err != nil {
		return Header{}, fmt.Errorf("reading message: %w", err)
	}
	h, _ := Peek(head)
	return h, nil
}
