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
	texts  *cache // by the exact text
	shapes *cache // by the text without its literals
	passed seen   // long texts that the prefilter passed
	once   seen   // texts read by their shape
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
	return &Reader{
		texts:  newCache(o.CacheBytes - o.CacheBytes/shapesShare),
		shapes: newCache(o.CacheBytes / shapesShare),
		parses: budget{size: o.ParseBytes},
	}
}

// shapesShare is the part of the cache that shapes may use: there are only as
// many as there are places in an application's code.
const shapesShare = 4

// harmlessFacts are the facts of every text that the prefilter passed.
var harmlessFacts = &Facts{Read: true, Harmless: true, Size: 0}

// longText is where a hash begins to cost less than the prefilter, in bytes. A
// shorter text goes through the prefilter each time.
const longText = 128

// Read says what a text does. The facts are never nil and nobody may change
// them: they are shared. They keep no reference to text. Settings matter only
// where NeedsSettings says so. Read waits while other parses use up the memory
// set aside for them.
func (r *Reader) Read(text []byte, s Settings) *Facts {
	if len(text) < longText {
		how, f := r.prefilter(text, s)
		if f != nil {
			return f
		}
		return r.readKnown(text, how, r.texts.key(text, s))
	}
	key := r.texts.key(text, s)
	if r.passed.has(key) {
		return harmlessFacts
	}
	if f := r.texts.frequent(key); f != nil {
		return f
	}
	how, f := r.prefilter(text, s)
	switch f {
	case nil:
		return r.readKnown(text, how, key)
	case harmlessFacts:
		r.passed.add(key)
	}
	return f
}

// ReadWhole is Read without the prefilter and the caches: the facts of every text
// that the parser can read have statements with all that they touch. It is for those
// who follow Definitions, and costs a parse each time.
func (r *Reader) ReadWhole(text []byte, s Settings) *Facts {
	how, why := certain(text, charsetOf(text), s)
	if why != "" {
		return r.Read(text, s)
	}
	return r.read(text, how)
}

// prefilter gives the facts that need no parse, or how the text is parsed.
func (r *Reader) prefilter(text []byte, s Settings) (reading, *Facts) {
	c := charsetOf(text)
	how, why := certain(text, c, s)
	switch {
	case why != "":
		f := uncertain(text, why)
		f.Suspect = f.Suspect || c.nul // who knows what the server makes of it
		return how, f
	case harmless(text):
		return how, harmlessFacts
	}
	return how, nil
}

// readKnown reads a text that the prefilter did not pass, by what is known of it.
func (r *Reader) readKnown(text []byte, how reading, key cacheKey) *Facts {
	if f, ok := r.texts.find(key); ok {
		return f
	}
	if how.encoding == nil {
		var s shape
		if from, to, ok := s.read(text); ok {
			return r.readShaped(text, how, key, r.shapes.key(s.bytes(), usual), from, to)
		}
	}
	f := r.read(text, how)
	r.texts.add(key, f)
	return f
}

// readShaped reads a text with a shape. It goes into texts only when it comes
// once more: most of them never do.
func (r *Reader) readShaped(text []byte, how reading, key, shape cacheKey, from, to int) *Facts {
	f, known := r.shapes.find(shape)
	switch {
	case !known:
		f = r.read(text, how)
		if sharable(f) {
			r.shapes.add(shape, f)
			return f
		}
	default:
		f = r.placed(f, shape, from, to)
		if !r.once.has(key) {
			r.once.add(key)
			return f
		}
	}
	r.texts.add(key, f)
	return f
}

// read reads a text that no cache knows.
func (r *Reader) read(text []byte, how reading) *Facts {
	utf8, ok := how.utf8(text)
	if !ok {
		f := uncertain(text, fmt.Sprintf("the text is not valid in the encoding %q", how.name))
		f.Size = f.size()
		return f
	}
	f := r.readUTF8(utf8)
	if how.inexact {
		f.blurNames()
	}
	f.Size = f.size()
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
