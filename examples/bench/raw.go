package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"
)

// raw is a client that knows just enough of the protocol to ask, and to count
// and throw away what comes: a real driver would cost more than the proxy.
type raw struct {
	net.Conn
	in *bufio.Reader
}

const (
	protocolVersion = 3 << 16          // "Message Formats" of the Postgres manual, StartupMessage
	readSize        = 256 << 10        // of the streaming client, so that it is never the slowest
	exchangeLimit   = 10 * time.Minute // for one answer; past it something hangs
)

// dialRaw logs in as postgres to the database postgres without TLS or password.
// bufferSize is that of its reads: small where thousands of them idle.
func dialRaw(port, bufferSize int) (*raw, error) {
	c, err := net.Dial("tcp", localAddress(port))
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	r := &raw{Conn: c, in: bufio.NewReaderSize(c, bufferSize)}
	c.SetDeadline(time.Now().Add(exchangeLimit))
	parameters := "user\x00postgres\x00database\x00postgres\x00application_name\x00bench\x00\x00"
	startup := binary.BigEndian.AppendUint32(nil, uint32(8+len(parameters)))
	startup = binary.BigEndian.AppendUint32(startup, protocolVersion)
	if _, err := c.Write(append(startup, parameters...)); err != nil {
		c.Close()
		return nil, fmt.Errorf("logging in: %w", err)
	}
	if _, err := r.until('Z'); err != nil {
		c.Close()
		return nil, fmt.Errorf("logging in: %w", err)
	}
	return r, nil
}

// message frames a body.
func message(kind byte, body string) []byte {
	m := binary.BigEndian.AppendUint32([]byte{kind}, uint32(4+len(body)))
	return append(m, body...)
}

// query runs one string in the simple protocol and returns how many bytes came.
func (r *raw) query(sql string) (int64, error) {
	if err := r.send('Q', sql+"\x00"); err != nil {
		return 0, err
	}
	return r.until('Z')
}

func (r *raw) send(kind byte, body string) error {
	r.SetDeadline(time.Now().Add(exchangeLimit))
	_, err := r.Write(message(kind, body))
	return err
}

// until reads up to and including the first message of a kind and returns the
// number of bytes. An ErrorResponse ends it.
func (r *raw) until(kind byte) (total int64, err error) {
	var header [5]byte
	for {
		if _, err := io.ReadFull(r.in, header[:]); err != nil {
			return total, fmt.Errorf("reading the answer: %w", err)
		}
		length := int(binary.BigEndian.Uint32(header[1:])) - 4
		if header[0] == 'E' {
			text, _ := r.in.Peek(min(length, 200))
			return total, fmt.Errorf("the server answered with an error: %q", text)
		}
		if _, err := r.in.Discard(length); err != nil {
			return total, fmt.Errorf("reading the answer: %w", err)
		}
		total += int64(len(header) + length)
		if header[0] == kind {
			return total, nil
		}
	}
}
