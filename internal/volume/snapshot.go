package volume

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
)

// Store keeps what was learned and counted over a restart. Saving replaces what
// was saved under the name before; loading a name never saved is no error and
// returns nil.
type Store interface {
	SaveVolume(ctx context.Context, name string, snapshot []byte) error
	LoadVolume(ctx context.Context, name string) ([]byte, error)
}

// snapshotForm changes with the fields of what is kept: a snapshot of another
// form is not read, and what it had is learned anew.
const snapshotForm = "holdfast volume 1\n"

// maxSnapshot is the largest snapshot read, in bytes: several times what the
// bounds of this package come to.
const maxSnapshot = 1 << 30

// ErrSnapshot is returned for a snapshot that is broken or of another version.
var ErrSnapshot = errors.New("the snapshot is broken or of another version of holdfast")

// Snapshot writes all that the watch has learned, and its open alerts.
func (w *Watch) Snapshot(to io.Writer) error { return encode(to, &w.state) }

// Restore replaces all that the watch has learned. After an error it is as it
// was.
func (w *Watch) Restore(from io.Reader) error {
	var s state
	if err := decode(from, &s); err != nil {
		return err
	}
	if len(s.Tables) > maxTables+1 || s.Hour != s.Second/3600 {
		return ErrSnapshot
	}
	byPlace := map[place]*table{}
	for _, t := range s.Tables {
		byPlace[place{t.Host, t.Database, t.Name}] = t
		if t.Share.Now < 0 || t.Share.Now >= shareHours {
			return ErrSnapshot
		}
	}
	w.state, w.byPlace, w.now = s, byPlace, unix(s.Second)
	return nil
}

// encode writes the form, a hash and the value.
func encode(to io.Writer, value any) error {
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(value); err != nil {
		return fmt.Errorf("encoding the snapshot: %w", err)
	}
	sum := sha256.Sum256(body.Bytes())
	for _, part := range [][]byte{[]byte(snapshotForm), sum[:], body.Bytes()} {
		if _, err := to.Write(part); err != nil {
			return fmt.Errorf("writing the snapshot: %w", err)
		}
	}
	return nil
}

// decode checks the form and the hash before it looks at the value.
func decode(from io.Reader, value any) error {
	text, err := io.ReadAll(io.LimitReader(from, maxSnapshot))
	if err != nil {
		return fmt.Errorf("reading the snapshot: %w", err)
	}
	body, ok := bytes.CutPrefix(text, []byte(snapshotForm))
	if !ok || len(body) < sha256.Size {
		return ErrSnapshot
	}
	if sum := sha256.Sum256(body[sha256.Size:]); !bytes.Equal(sum[:], body[:sha256.Size]) {
		return ErrSnapshot
	}
	if err := gob.NewDecoder(bytes.NewReader(body[sha256.Size:])).Decode(value); err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	return nil
}
