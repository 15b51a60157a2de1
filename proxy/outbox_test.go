package proxy

import (
	"bytes"
	"errors"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"
)

// sink is a connection that only remembers what is written.
type sink struct {
	net.Conn
	mu   sync.Mutex
	got  bytes.Buffer
	fail error
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return 0, s.fail
	}
	return s.got.Write(p)
}

// TestOutboxKeepsTheOrder: pieces are written in the order in which they were
// added, whoever writes them, and flush returns only when its pieces are out.
func TestOutboxKeepsTheOrder(t *testing.T) {
	var o outbox
	to := &sink{}
	o.init(to)
	var order sync.Mutex
	var want []byte
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 200 {
				piece := []byte(strconv.Itoa(i*1000+j) + " ")
				order.Lock()
				want = append(want, piece...)
				o.add([][]byte{piece})
				order.Unlock()
				if err := o.flush(to); err != nil {
					t.Error(err)
				}
				to.mu.Lock()
				if !bytes.Contains(to.got.Bytes(), piece) {
					t.Errorf("%s is not written although flush returned", piece)
				}
				to.mu.Unlock()
			}
		})
	}
	all.Wait()
	if !bytes.Equal(to.got.Bytes(), want) {
		t.Error("the order is not the one of adding")
	}
}

func TestOutboxAfterAFailure(t *testing.T) {
	var o outbox
	gone := errors.New("gone")
	to := &sink{fail: gone}
	o.init(to)
	o.add([][]byte{[]byte("a")})
	if err := o.flush(to); !errors.Is(err, gone) {
		t.Fatal(err)
	}
	o.add([][]byte{[]byte("b")})
	if err := o.flush(to); !errors.Is(err, gone) {
		t.Fatal(err)
	}
}

// TestPeerClosed: a client that has left is noticed although what it sent was not
// read.
func TestPeerClosed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if peerClosed(conn) {
		t.Fatal("an open connection counts as closed")
	}
	client.Write(make([]byte, 1000))
	client.Close()
	for deadline := time.Now().Add(5 * time.Second); !peerClosed(conn); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a closed connection counts as open")
		}
	}
}
