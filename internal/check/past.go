package check

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/holdfast-db/holdfast/internal/history"
	"github.com/holdfast-db/holdfast/rules"
)

const (
	// maxSessions bounds the sessions of a log that are followed at once; what the
	// one that was quiet for longest had prepared is then no longer known.
	maxSessions = 4096

	// maxPrepared bounds what is remembered of one session of a log.
	maxPrepared = 4096
)

// Past judges what a server ran, statement by statement, and sums what the policy
// would have asked about. Make one with NewPast. Not safe for concurrent use.
type Past struct {
	judge    *Judge
	now      *time.Time
	sessions *simplelru.LRU[string, *Session]
	sums     sums
}

// NewPast makes one. Where a log says who sent a statement, that counts, else the
// Origin of j. now is what the policy takes for the time; it is set to that of each
// statement of which it is known.
func NewPast(j *Judge, now *time.Time) *Past {
	sessions, err := simplelru.NewLRU[string, *Session](maxSessions, nil)
	if err != nil {
		panic(err) // the size is above zero
	}
	return &Past{judge: j, now: now, sessions: sessions}
}

// Add judges a statement of an input.
func (p *Past) Add(input string, st history.Statement) {
	given := *p.now
	if !st.At.IsZero() {
		*p.now = st.At
	}
	o := p.origin(st.Sender)
	p.sums.add(input, st, o, p.verdict(st, o))
	*p.now = given
}

func (p *Past) origin(s history.Sender) rules.Origin {
	o := p.judge.Origin
	for _, f := range []struct {
		to   *string
		said string
	}{{&o.User, s.User}, {&o.Database, s.Database}, {&o.Application, s.Application}, {&o.Client, s.Client}} {
		if f.said != "" {
			*f.to = f.said
		}
	}
	return o
}

func (p *Past) verdict(st history.Statement, o rules.Origin) rules.Verdict {
	if st.Function != 0 {
		return p.judge.Policy.JudgeCall(o, st.Function)
	}
	s := p.session(st.Session)
	s.origin = o
	if st.Placeholders {
		return s.placeholders(st.SQL)
	}
	if st.Prepared != "" {
		s.logged(st.Prepared)
	}
	return s.logged(st.SQL)
}

// session is that of a log. What has no session has no earlier statements either.
func (p *Past) session(name string) *Session {
	if name == "" {
		return p.judge.OpenSession()
	}
	s, ok := p.sessions.Get(name)
	if !ok || s.names.size() > maxPrepared {
		s = p.judge.OpenSession()
		p.sessions.Add(name, s)
	}
	return s
}

// logged judges a text that a server has logged: in the encoding of its database,
// whatever the client's was.
func (s *Session) logged(sql string) rules.Verdict {
	s.settings.ClientEncoding = "UTF8"
	if !utf8.ValidString(sql) {
		s.settings.ClientEncoding = "LATIN1"
	}
	f := s.judge.Reader.Read([]byte(sql), s.settings)
	v := s.verdict(f, s.names)
	s.names.apply(f)
	return v
}

// placeholders judges a text in which $1 stands for a constant. Where the grammar
// takes no parameter they are read as literals.
func (s *Session) placeholders(sql string) rules.Verdict {
	f := s.judge.Reader.Read([]byte(sql), s.settings)
	for _, stand := range []string{`'%'`, `1`} {
		if f.Read {
			break
		}
		f = s.judge.Reader.Read([]byte(withLiterals(sql, stand)), s.settings)
	}
	return s.verdict(f, s.names)
}

// withLiterals puts a literal in the place of each parameter; % in it becomes the
// parameter, so that two of them differ.
func withLiterals(sql, stand string) string {
	var b strings.Builder
	kept := 0
	tokens := rules.TokensOf([]byte(sql))
	for {
		t := tokens.Next()
		piece := sql[t.Pos:t.End]
		switch {
		case t.Kind == rules.TokenEnd, t.Kind == rules.TokenBad:
			return b.String() + sql[kept:]
		case t.Kind == rules.TokenOther && len(piece) > 1 && piece[0] == '$' && '0' <= piece[1] && piece[1] <= '9':
			b.WriteString(sql[kept:t.Pos] + " " + strings.ReplaceAll(stand, "%", piece))
			kept = t.End
		}
	}
}

// Example is a statement of which there may be many.
type Example struct {
	Input  string
	Line   int
	At     time.Time // zero where not known
	Origin rules.Origin
	Reason string
	SQL    string // Shape of its text, cut to maxExample
}

// maxExample is the longest text kept of an example, in bytes.
const maxExample = 400

func exampleOf(input string, st history.Statement, o rules.Origin, v rules.Verdict, shape string) Example {
	if len(shape) > maxExample {
		shape = strings.ToValidUTF8(shape[:maxExample], "") + " ..."
	}
	return Example{Input: input, Line: st.Line, At: st.At, Origin: o, Reason: v.Reason, SQL: strings.Clone(shape)}
}

// sortedNames are the members of a set.
func sortedNames(set map[string]bool) []string {
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
