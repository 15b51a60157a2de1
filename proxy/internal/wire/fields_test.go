package wire

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
)

func body(t testing.TB, m pgproto3.FrontendMessage) []byte {
	t.Helper()
	b, err := m.Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b[HeaderLen:]
}

func TestReadParse(t *testing.T) {
	b := body(t, &pgproto3.Parse{Name: "s1", Query: "select $1", ParameterOIDs: []uint32{23, 25}})
	f, ok := ReadParse(b)
	if !ok || string(f.Name) != "s1" || string(f.Text) != "select $1" || len(f.Types) != 10 {
		t.Fatalf("ReadParse = %q %q %v, %v", f.Name, f.Text, f.Types, ok)
	}
	for cut := range b {
		if _, ok := ReadParse(b[:cut]); ok {
			t.Errorf("ReadParse accepts the first %d of %d bytes", cut, len(b))
		}
	}
	if _, ok := ReadParse(append(bytes.Clone(b), 0)); ok {
		t.Error("ReadParse accepts a byte too many")
	}
}

func TestBindValuesLeaveResultFormatsOut(t *testing.T) {
	m := &pgproto3.Bind{
		DestinationPortal: "p", PreparedStatement: "s",
		ParameterFormatCodes: []int16{0, 1}, Parameters: [][]byte{[]byte("x"), nil},
		ResultFormatCodes: []int16{1},
	}
	f, ok := ReadBind(body(t, m))
	if !ok || string(f.Portal) != "p" || string(f.Statement) != "s" {
		t.Fatalf("ReadBind = %q %q, %v", f.Portal, f.Statement, ok)
	}
	one := bytes.Clone(BindValues(f.Rest))
	m.ResultFormatCodes = []int16{0, 0, 0}
	f, _ = ReadBind(body(t, m))
	if !bytes.Equal(one, BindValues(f.Rest)) {
		t.Error("result formats change what a confirmation is bound to")
	}
	m.Parameters[0] = []byte("y")
	f, _ = ReadBind(body(t, m))
	if bytes.Equal(one, BindValues(f.Rest)) {
		t.Error("another value does not change what a confirmation is bound to")
	}
}

// TestBindValuesOfNonsense: what cannot be taken apart counts whole.
func TestBindValuesOfNonsense(t *testing.T) {
	negative := binary.BigEndian.AppendUint32([]byte{0, 0, 0, 1}, 0xfffffff0)
	for _, rest := range [][]byte{nil, {0}, {0xff, 0xff}, {0, 0}, {0, 0, 0, 9}, negative} {
		if got := BindValues(rest); !bytes.Equal(got, rest) {
			t.Errorf("BindValues(%v) = %v", rest, got)
		}
	}
}

func TestErrorField(t *testing.T) {
	b := AppendError(nil, Error{Code: "ZH002", Message: "denied", Detail: "d"})[HeaderLen:]
	for field, want := range map[byte]string{'V': "ERROR", 'S': "ERROR", 'C': "ZH002", 'M': "denied", 'D': "d", 'H': "", 'x': ""} {
		if got := ErrorField(b, field); got != want {
			t.Errorf("field %c is %q, want %q", field, got, want)
		}
	}
}

func TestFirstValue(t *testing.T) {
	row := func(values ...[]byte) []byte {
		b, err := (&pgproto3.DataRow{Values: values}).Encode(nil)
		if err != nil {
			t.Fatal(err)
		}
		return b[HeaderLen:]
	}
	if v, ok := FirstValue(row([]byte("on"), []byte("x"))); !ok || string(v) != "on" {
		t.Errorf("FirstValue = %q, %v", v, ok)
	}
	for _, b := range [][]byte{nil, row(), row(nil), {0, 1, 0, 0, 0, 9, 1}, {0, 1, 0xff, 0, 0, 0}} {
		if v, ok := FirstValue(b); ok {
			t.Errorf("FirstValue(%v) = %q", b, v)
		}
	}
}

// FuzzFields throws bytes at everything that reads a body: no panic, and what is
// returned lies within the body.
func FuzzFields(f *testing.F) {
	f.Add([]byte("s\x00select 1\x00\x00\x00"))
	f.Add([]byte{0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		within := func(what string, part []byte) {
			if len(part) > len(b) {
				t.Errorf("%s is longer than the body", what)
			}
		}
		if p, ok := ReadParse(b); ok && len(p.Name)+len(p.Text)+2+len(p.Types) != len(b) {
			t.Error("the fields of Parse do not add up to its body")
		}
		if p, ok := ReadBind(b); ok {
			within("bind values", BindValues(p.Rest))
		}
		within("bind values", BindValues(b))
		_, name, _ := ReadKindName(b)
		within("name", name)
		portal, _, _ := ReadExecute(b)
		within("portal", portal)
		text, _, _ := ReadQuery(b)
		within("text", text)
		n, v, _ := ReadParameterStatus(b)
		within("name", n)
		within("value", v)
		v, _ = FirstValue(b)
		within("value", v)
		ErrorField(b, 'C')
		ErrorField(b, 0)
	})
}

func TestReadRow(t *testing.T) {
	row := []byte("\x00\x03\x00\x00\x00\x01a\xff\xff\xff\xff\x00\x00\x00\x00")
	columns, ok := ReadRow(row, 3)
	if !ok || len(columns) != 3 || string(columns[0]) != "a" || columns[1] != nil || columns[2] == nil {
		t.Errorf("got %q, %v", columns, ok)
	}
	for name, body := range map[string][]byte{
		"nothing": nil, "half a count": row[:1], "half a length": row[:5], "a value cut": row[:6], "no second column": row[:7], "bytes behind": append(row[:len(row):len(row)], 0),
		"a negative length": []byte("\x00\x01\xff\xff\xff\xfe"), "a length beyond the end": []byte("\x00\x01\x7f\xff\xff\xff"), "too many columns": []byte("\xff\xff"),
	} {
		if columns, ok := ReadRow(body, 3); ok {
			t.Errorf("%s: got %q", name, columns)
		}
	}
	if _, ok := ReadRow(row, 2); ok {
		t.Error("more columns than the limit")
	}
}
