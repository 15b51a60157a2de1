package web

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

var ben = hold.Answerer{OS: "bsmith", Person: "ben"}

func TestLinksExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSessions()
		secret, until, err := s.invite(ben)
		if err != nil || !until.Equal(time.Now().Add(linkLife)) {
			t.Fatal(until, err)
		}
		time.Sleep(linkLife - 1)
		if by, ok := s.invited(secret); !ok || by != ben {
			t.Error("too early an end")
		}
		time.Sleep(time.Nanosecond)
		if _, ok := s.invited(secret); ok {
			t.Error("it can be looked at after its end")
		}
		if _, ok := s.accept(secret); ok {
			t.Error("it can be used after its end")
		}
	})
}

func TestLinksAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSessions()
		for range maxLinks {
			if _, _, err := s.invite(ben); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := s.invite(ben); err == nil {
			t.Error("one too many")
		}
		time.Sleep(linkLife)
		if _, _, err := s.invite(ben); err != nil {
			t.Error(err)
		}
	})
}

func TestSessionsExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSessions()
		idle, busy := s.begin(session{by: ben}), s.begin(session{by: ben})
		for began := time.Now(); time.Since(began) < sessionLife-sessionIdle/2; time.Sleep(sessionIdle / 2) {
			if _, ok := s.find(busy); !ok {
				t.Fatalf("ended after %v", time.Since(began))
			}
		}
		if _, ok := s.find(idle); ok {
			t.Error("nobody used it, and it lives")
		}
		found, ok := s.find(busy)
		if !ok || !s.going(found) {
			t.Error("it ended too early")
		}
		time.Sleep(sessionIdle / 2)
		if _, ok := s.find(busy); ok || s.going(found) {
			t.Error("it lives on after its whole life")
		}
		if len(s.live) != 0 {
			t.Errorf("%d are kept", len(s.live))
		}
	})
}

func TestSessionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSessions()
		first, second := s.begin(session{by: ben}), s.begin(session{by: ben})
		for range maxSessions {
			time.Sleep(time.Second)
			s.find(first)
			s.begin(session{by: ben})
		}
		if _, ok := s.find(second); ok || len(s.live) != maxSessions {
			t.Errorf("%d sessions; the idlest lives: %v", len(s.live), ok)
		}
		if _, ok := s.find(first); !ok {
			t.Error("one that was used made room")
		}
	})
}

func TestSecretsAreNotKept(t *testing.T) {
	s := newSessions()
	secret := s.begin(session{by: ben})
	found, ok := s.find(secret)
	if !ok || string(found.secret[:]) == secret || found.token == secret || len(secret) < 26 {
		t.Errorf("%q, %+v", secret, found)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	l := newLive()
	one := session{secret: [32]byte{1}}
	var own []*stream
	for range maxOwnStreams {
		own = append(own, l.join(one, ""))
	}
	if l.join(one, "") != nil {
		t.Error("one too many of a session")
	}
	l.leave(own[0])
	if l.join(one, "") == nil {
		t.Error("a place is free")
	}
	for i := range maxStreams {
		l.join(session{secret: [32]byte{2, byte(i), byte(i >> 8)}}, "")
	}
	if len(l.streams) != maxStreams {
		t.Errorf("%d streams", len(l.streams))
	}
}
