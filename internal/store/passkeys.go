package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"github.com/holdfast-db/holdfast/internal/passkey"
)

// passkeysSchema came after version 1 and does not change it: an older holdfast opens
// the file as before and does not look at this table.
const passkeysSchema = `
CREATE TABLE IF NOT EXISTS passkeys (
	id      BLOB PRIMARY KEY,
	person  TEXT NOT NULL,
	handle  BLOB NOT NULL,
	site    TEXT NOT NULL,
	name    TEXT NOT NULL,
	public  BLOB NOT NULL,    -- COSE
	count   INTEGER NOT NULL,
	synced  INTEGER NOT NULL,
	copied  INTEGER NOT NULL,
	added   INTEGER NOT NULL,
	used    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`

var _ passkey.Store = (*Passkeys)(nil)

// Passkeys are the public keys with which people sign in. All methods may be called
// from any goroutine.
type Passkeys struct{ store *Store }

// Passkeys is where they are kept.
func (s *Store) Passkeys() *Passkeys { return &Passkeys{s} }

// ReadPasskeys is every key in the store at a control URL, whether or not a holdfast
// has it open. It changes nothing and makes no file; where there is no store there are
// no keys.
func ReadPasskeys(ctx context.Context, control string) ([]passkey.Key, error) {
	path, err := Path(control)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=ro"
	if _, err := os.Stat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		name += "&immutable=1" // nobody has it open, and SQLite would make the files beside it
	}
	db, err := sql.Open("sqlite3", name)
	if err != nil {
		return nil, fmt.Errorf("reading the control store %q: %w", path, err)
	}
	defer db.Close()
	return (&Passkeys{&Store{path: path, db: db}}).All(ctx)
}

// Put implements passkey.Store.
func (p *Passkeys) Put(ctx context.Context, k passkey.Key) error {
	if err := p.store.present(); err != nil {
		return err
	}
	_, err := p.store.db.ExecContext(ctx, `INSERT OR REPLACE INTO passkeys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		k.ID, k.Person, k.Handle, k.Site, k.Name, k.Public, int64(k.Count), k.Synced, k.Copied, stamp(k.Added), stamp(k.Used))
	if err != nil {
		return fmt.Errorf("keeping a passkey of %q: %w", k.Person, err)
	}
	return nil
}

// Delete implements passkey.Store.
func (p *Passkeys) Delete(ctx context.Context, id []byte) error {
	if err := p.store.present(); err != nil {
		return err
	}
	if _, err := p.store.db.ExecContext(ctx, `DELETE FROM passkeys WHERE id = ?`, id); err != nil {
		return fmt.Errorf("forgetting a passkey: %w", err)
	}
	return nil
}

// All implements passkey.Store.
func (p *Passkeys) All(ctx context.Context) ([]passkey.Key, error) {
	rows, err := p.store.db.QueryContext(ctx, `SELECT id, person, handle, site, name, public, count, synced, copied, added, used FROM passkeys`)
	if err != nil {
		return nil, fmt.Errorf("reading passkeys: %w", err)
	}
	defer rows.Close()
	var all []passkey.Key
	for rows.Next() {
		var k passkey.Key
		var added, used int64
		if err := rows.Scan(&k.ID, &k.Person, &k.Handle, &k.Site, &k.Name, &k.Public, &k.Count, &k.Synced, &k.Copied, &added, &used); err != nil {
			return nil, fmt.Errorf("reading passkeys: %w", err)
		}
		k.Added, k.Used = clock(added), clock(used)
		all = append(all, k)
	}
	return all, rows.Err()
}
