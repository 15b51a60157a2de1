package wire

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"
)

func packet(body string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...)
}

const version30 = "\x00\x03\x00\x00"

func TestReadStartup(t *testing.T) {
	s, err := ReadStartup(packet(version30 + "user\x00ana\x00database\x00shop\x00options\x00-c a=b\x00\x00"))
	if err != nil || s.User() != "ana" || s.Database() != "shop" || s.Params["options"] != "-c a=b" {
		t.Fatalf("%+v, %v", s, err)
	}
	if s, err = ReadStartup(packet(version30 + "user\x00ana\x00\x00")); err != nil || s.Database() != "ana" {
		t.Errorf("without a database: %+v, %v", s, err)
	}
	key := strings.Repeat("k", 36)
	if s, err = ReadStartup(packet("\x04\xd2\x16\x2e" + key)); err != nil || string(s.Key) != key {
		t.Errorf("a long cancel key: %+v, %v", s, err)
	}
}

func TestReadStartupRefuses(t *testing.T) {
	for name, body := range map[string]string{
		"protocol 2":            "\x00\x02\x00\x00user\x00ana\x00\x00",
		"no terminator":         version30 + "user\x00ana\x00",
		"bytes behind":          version30 + "user\x00ana\x00\x00x",
		"a name alone":          version30 + "user\x00",
		"unterminated":          version30 + "user",
		"a CancelRequest's key": "\x04\xd2\x16\x2e\x00",
		"nothing":               "",
	} {
		if s, err := ReadStartup(packet(body)); err == nil {
			t.Errorf("%s: accepted as %+v", name, s)
		}
	}
}

func TestReplication(t *testing.T) {
	for value, want := range map[string]bool{"database": true, "true": true, "on": true, "1": true, "yes": true, "": true, "false": false, "off": false, "0": false, "no": false} {
		s, err := ReadStartup(packet(version30 + "user\x00a\x00replication\x00" + value + "\x00\x00"))
		if err != nil || s.Replication() != want {
			t.Errorf("replication=%q: %v, %v; want %v", value, s.Replication(), err, want)
		}
	}
}

func TestReadPacketCapsLengths(t *testing.T) {
	for _, n := range []uint32{0, 4, 7, MaxStartup + 1, 0x7fffffff, 0xffffffff} {
		in := append(binary.BigEndian.AppendUint32(nil, n), make([]byte, 64)...)
		if _, err := ReadPacket(bufio.NewReader(bytes.NewReader(in))); err == nil || strings.Contains(err.Error(), io.EOF.Error()) {
			t.Errorf("length %#x: %v", n, err)
		}
	}
}

// FuzzReadStartup: no panic on any packet, and what is accepted is what was sent.
func FuzzReadStartup(f *testing.F) {
	f.Add(packet(version30 + "user\x00ana\x00\x00"))
	f.Add(packet("\x04\xd2\x16\x2f"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := ReadStartup(raw)
		if err != nil {
			return
		}
		if !bytes.Equal(s.Raw, raw) {
			t.Error("the packet that goes on is not the one that came")
		}
		s.Replication()
		s.Database()
	})
}
