package rules

// The calls below are being filled in; until then everything is held.

type ReaderOptions struct{}
type Reader struct{}

func NewReader(o ReaderOptions) *Reader                     { return &Reader{} }
func (r *Reader) Read(text []byte, s Settings) *Facts       { return &Facts{Unreadable: "not read", Suspect: true} }
func (r *Reader) NeedsSettings(text []byte) bool            { return true }

type Policy struct{}

func DefaultPolicy() *Policy                                       { return &Policy{} }
func (p *Policy) Judge(o Origin, f *Facts, n Names) Verdict        { return Verdict{} }
func (p *Policy) JudgeCall(o Origin, oid uint32) Verdict           { return Verdict{} }
func SafeSetting(name, value string) bool                          { return false }
func StartupSettings(params map[string]string) []Setting           { return nil }
func Normalize(text []byte) []byte                                 { return append([]byte(nil), text...) }
func Mask(sql string) string                                       { return sql }
func Worse(a, b Verdict) Verdict                                   { return a }
func Display(text []byte, s Settings) string                       { return string(text) }
func (r Relation) String() string                                  { return r.Name }
func (e Effect) String() string                                    { return string(e.Verb) }
