package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const (
	// maxLine bounds one line, newline left out, in bytes. Records of the desk
	// have about 1 KB, and 50 KB at the worst.
	maxLine = 1 << 20

	hashMember = `,"hash":"`
	hashEnd    = `"}`
	hashLength = 2 * sha256.Size
	// trailer is what follows the bytes that are hashed.
	trailer = len(hashMember) + hashLength + len(hashEnd)
)

// firstBytes begin every audit file.
const firstBytes = `{"seq":`

// head is the place in the chain behind the last line.
type head struct {
	seq  uint64
	hash string // of the line with that seq
}

// origin is the head of an empty file.
var origin = head{hash: string(bytes.Repeat([]byte{'0'}, hashLength))}

// body is a record that has no place in the chain yet.
type body struct {
	at     time.Time
	kind   string
	fields json.RawMessage
}

// members of a line but hash, in their order.
type members struct {
	Seq    uint64          `json:"seq"`
	Time   string          `json:"time"`
	Kind   string          `json:"kind"`
	Fields json.RawMessage `json:"fields"`
	Prev   string          `json:"prev"`
}

// newBody encodes the fields of a record; a zero time is now.
func newBody(at time.Time, kind string, fields any) (body, error) {
	encoded, err := json.Marshal(fields)
	if err != nil {
		return body{}, fmt.Errorf("encoding the record of %q: %w", kind, err)
	}
	if len(encoded) > maxLine/2 {
		return body{}, fmt.Errorf("encoding the record of %q: it has %d bytes, the limit is %d", kind, len(encoded), maxLine/2)
	}
	if at.IsZero() {
		at = time.Now()
	}
	return body{at.UTC(), kind, encoded}, nil
}

// appendLine appends b as the line behind h, newline included, and returns the
// new head.
func appendLine(buf []byte, h head, b body) ([]byte, head, error) {
	line, err := json.Marshal(members{
		Seq: h.seq + 1, Time: b.at.Format(time.RFC3339Nano), Kind: b.kind, Fields: b.fields, Prev: h.hash,
	})
	if err != nil {
		return buf, h, fmt.Errorf("encoding the record of %q: %w", b.kind, err)
	}
	line = line[:len(line)-1] // the closing brace comes behind the hash
	sum := sha256.Sum256(line)
	hash := hex.EncodeToString(sum[:])
	buf = append(buf, line...)
	buf = append(buf, hashMember+hash+hashEnd+"\n"...)
	return buf, head{h.seq + 1, hash}, nil
}

// line is one that has the form of a record.
type line struct {
	members
	hash  string // as written
	sound bool   // hash is that of the line's bytes
}

// head is the place in the chain behind l.
func (l line) head() head { return head{l.Seq, l.hash} }

// parseLine reads a line without its newline. The error says why it does not
// have the form of a record; whether its hash is right is another question.
func parseLine(raw []byte) (line, error) {
	if len(raw) <= trailer {
		return line{}, errors.New("too short for a record")
	}
	hashed, rest := raw[:len(raw)-trailer], raw[len(raw)-trailer:]
	hash := rest[len(hashMember) : len(hashMember)+hashLength]
	if !bytes.HasPrefix(rest, []byte(hashMember)) || !bytes.HasSuffix(rest, []byte(hashEnd)) || !isHash(hash) {
		return line{}, errors.New("it does not end in a hash")
	}
	if !bytes.HasPrefix(hashed, []byte(firstBytes)) {
		return line{}, errors.New("it does not begin with seq")
	}
	l := line{hash: string(hash)}
	dec := json.NewDecoder(bytes.NewReader(append(bytes.Clone(hashed), '}')))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l.members); err != nil {
		return line{}, fmt.Errorf("it is not JSON of a record: %w", err)
	}
	if dec.InputOffset() != int64(len(hashed))+1 {
		return line{}, errors.New("something follows its JSON")
	}
	if !isHash([]byte(l.Prev)) {
		return line{}, errors.New("its prev is no hash")
	}
	sum := sha256.Sum256(hashed)
	l.sound = hex.EncodeToString(sum[:]) == l.hash
	return l, nil
}

// isHash is true for 64 hexadecimal digits in lower case.
func isHash(b []byte) bool {
	if len(b) != hashLength {
		return false
	}
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
