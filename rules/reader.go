package rules

import "fmt"

// ReaderOptions bounds what a Reader uses. The zero value means the defaults.
type ReaderOptions struct {
	// CacheBytes is how much memory, roughly, the facts of texts read before may
	// keep alive. Default: 64 MiB.
	CacheBytes int

	// ParseBytes is how much memory, roughly, all parses together may use at one
	// moment; further ones wait. Default: 256 MiB.
	ParseBytes int64
}

const (
	defaultCacheBytes = 64 << 20  // about 40,000 statements of an application
	defaultParseBytes = 256 << 20 // four of the longest texts at once

	// What a parse needs: measured are 90 to 150 bytes for each byte of text.
	parseBytesPerByte = 200
	parseBytesFixed   = 64 << 10
)

// Reader turns texts into facts. It is safe for concurrent use. One Reader
// serves a whole process, so that its bounds are those of the process.
type Reader struct {
	cache  *cache
	parses budget
}

// NewReader makes a Reader.
func NewReader(o ReaderOptions) *Reader {
	if o.CacheBytes <= 0 {
		o.CacheBytes = defaultCacheBytes
	}
	if o.ParseBytes <= 0 {
		o.ParseBytes = defaultParseBytes
	}
	return &Reader{cache: newCache(o.CacheBytes), parses: budget{size: o.ParseBytes}}
}

// harmlessFacts are the facts of every text that the prefilter passed.
var harmlessFacts = &Facts{Read: true, Harmless: true, Size: 0}

// Read says what a text does. The facts are never nil and nobody may change
// them: they are shared. They keep no reference to text. Settings matter only
// where NeedsSettings says so. Read waits while other parses use up the memory
// set aside for them.
func (r *Reader) Read(text []byte, s Settings) *Facts {
	c := charsetOf(text)
	how, why := certain(text, c, s)
	if why != "" {
		f := uncertain(text, why)
		f.Suspect = f.Suspect || c.nul // who knows what the server makes of it
		return f
	}
	if harmless(text) {
		return harmlessFacts
	}
	key := r.cache.key(text, how.name)
	if f, ok := r.cache.find(key); ok {
		return f
	}
	f := r.read(text, how)
	f.Size = f.size()
	r.cache.add(key, f)
	return f
}

// read reads a text that no cache knows.
func (r *Reader) read(text []byte, how reading) *Facts {
	utf8, ok := how.utf8(text)
	if !ok {
		return uncertain(text, fmt.Sprintf("the text is not valid in the encoding %q", how.name))
	}
	f := r.readUTF8(utf8)
	if how.encoding != nil {
		at := offsets{sent: text, read: utf8}
		for i := range f.Statements {
			st := &f.Statements[i]
			st.Pos, st.End = at.sentAt(st.Pos), at.sentAt(st.End)
		}
	}
	return f
}

func (r *Reader) readUTF8(text []byte) *Facts {
	if why := beyond(text); why != "" {
		return r.readParts(text, why)
	}
	return r.parse(text)
}

// uncertain are the facts of a text whose tokens are not known.
func uncertain(text []byte, why string) *Facts {
	return &Facts{Unreadable: why, Suspect: suspectBytes(text), ChangesSettings: true}
}
