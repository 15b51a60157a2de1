package proxy

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"testing"
	"time"
)

// socketPair are the two ends of a TCP connection.
func socketPair(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if near, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		near.Close()
		far.Close()
	})
	return near, far
}

// TestPlainWriterWritesEverything: pieces of all sizes, empty ones too, more of them
// than one call takes and more bytes than the socket has room for.
func TestPlainWriterWritesEverything(t *testing.T) {
	near, far := socketPair(t)
	random := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 1<<20)
	for i := range text {
		text[i] = byte(i >> (i % 13)) // not the same at any two places near each other
	}
	var batches [][][]byte
	var want []byte
	for _, size := range []int{1, 2, maxPieces - 1, maxPieces, maxPieces + 1, 5 * maxPieces} {
		var batch [][]byte
		for range size {
			from := random.IntN(len(text) / 2)
			piece := text[from : from+random.IntN(4)*random.IntN(100_000)]
			batch, want = append(batch, piece), append(want, piece...)
		}
		batches = append(batches, batch)
	}
	written := make(chan error, 1)
	go func() {
		w := newPlainWriter(near)
		var err error
		for _, b := range batches {
			err = errors.Join(err, w.write(b))
		}
		written <- errors.Join(err, near.Close())
	}()
	got, err := io.ReadAll(far)
	if err := errors.Join(err, <-written); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes arrived, %d were written, or they differ", len(got), len(want))
	}
}

// TestPlainWriterKeepsItsDeadline: a peer that does not read holds nobody up for ever.
func TestPlainWriterKeepsItsDeadline(t *testing.T) {
	near, _ := socketPair(t)
	near.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	err := newPlainWriter(near).write([][]byte{make([]byte, 64<<20)})
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
}

// TestPlainWriterToNobody: a connection that is gone is an error, not a signal.
func TestPlainWriterToNobody(t *testing.T) {
	near, far := socketPair(t)
	far.(*net.TCPConn).SetLinger(0)
	far.Close()
	w := newPlainWriter(near)
	for deadline := time.Now().Add(awaitLimit); ; time.Sleep(time.Millisecond) {
		if err := w.write([][]byte{[]byte("a")}); err != nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("writing to a connection that was reset works")
		}
	}
	near.Close()
	if err := w.write([][]byte{[]byte("a")}); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}
