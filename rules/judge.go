package rules

// These are the calls the session core makes; the files named in the comments
// implement them.

// Settings are what decides how the server reads the bytes of a text. The zero
// value knows nothing: only ASCII text without a backslash can be read under it.
type Settings struct {
	// ClientEncoding and StandardConformingStrings as the server reported them
	// in ParameterStatus, or as startup asked for them; empty is not known.
	ClientEncoding            string
	StandardConformingStrings string
}

// Names answers what a prepared statement's name may stand for at this moment:
// what the server has confirmed, and every change in flight. No answer means
// that the name is unknown, which Judge takes for opaque.
type Names interface {
	Prepared(name string) []*Statement
}
