package web

import (
	"errors"
	"net"
	"testing"
	"time"
)

// TestLimit: a listener has so many connections at a time, and a place is free again
// when one ends. Close ends an Accept that waits for a place.
func TestLimit(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limited(inner, 1)
	dial := func() net.Conn {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first, second := dial(), dial()
	defer first.Close()
	defer second.Close()
	one, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	type accepted struct {
		c   net.Conn
		err error
	}
	next := make(chan accepted, 1)
	accept := func() {
		c, err := l.Accept()
		next <- accepted{c, err}
	}
	go accept()
	select {
	case <-next:
		t.Fatal("two at a time")
	case <-time.After(20 * time.Millisecond): // time enough to be wrong in
	}
	one.Close()
	one.Close() // gives one place back, not two
	two := <-next
	if two.err != nil {
		t.Fatal(two.err)
	}
	go accept()
	time.Sleep(time.Millisecond)
	l.Close()
	if a := <-next; !errors.Is(a.err, net.ErrClosed) {
		t.Errorf("after Close: %v", a.err)
	}
	two.c.Close()
}
