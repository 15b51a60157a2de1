package session

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/holdfast-db/holdfast/rules"
)

// ItemKey names a statement of a file that was approved, by rules.StatementHash and by
// what its session has set of search_path, as Ask.Path has it.
func ItemKey(path, hash string) string {
	digest := sha256.New()
	bind(digest, []byte("item"), []byte(path), []byte(hash))
	return hex.EncodeToString(digest.Sum(nil))
}

// listable says that a statement can be one of a file: it is read, all of its text is
// there, and it has no parameters. Parameters begin with their counts, so without any all bytes are
// zero.
func listable(f *finding) bool {
	return f.text != "" && f.standIn == 0 && f.facts != nil && f.facts.Read && !runsPrepared(f.facts) && strings.Trim(f.types+f.rest, "\x00") == ""
}

// Paths are what a session has set of search_path in front of each text, as Ask.Path has
// it, when it sends them one by one and all succeed. The session begins as its server has
// it. known is false from where a value is set that no text shows.
func Paths(texts []*rules.Facts) (paths []string, known []bool) {
	var p searchPath
	outside := true
	for _, f := range texts {
		paths, known = append(paths, p.String()), append(known, !p.hidden)
		p.follow(f, outside)
		for i := range f.Statements {
			switch f.Statements[i].Tx {
			case rules.TxBegin:
				outside = false
			case rules.TxCommit, rules.TxRollback:
				outside = true
			}
		}
		if outside {
			p.idle()
		}
	}
	return paths, known
}
