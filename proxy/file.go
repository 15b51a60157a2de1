package proxy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/rules"
)

// maxItems bounds the statements of one file that are approved together: more than
// anybody reads.
const maxItems = 500

// File is a file of statements that is to be approved before it runs.
type File struct {
	Origin     rules.Origin // who will send it, and where to; Client is empty
	Name       string       // for people
	Hash       string       // SHA-256 of its bytes, in hexadecimal
	Statements []FileStatement
}

// FileStatement is one text that will be sent.
type FileStatement struct {
	Line    int
	SQL     []byte
	Doubt   string // why this may not be what is sent; empty where it is
	Verdict rules.Verdict
	Facts   *rules.Facts
}

// Policy is what texts are judged by now.
func (s *Server) Policy() *rules.Policy { return s.policy.Load() }

// FileRequest is what people are asked about a file: every statement of it that would be
// held. uncovered says, for people, which of these cannot be approved beforehand and why;
// they are asked about when they come. The error is for people too.
func (s *Server) FileRequest(f File) (r hold.Request, uncovered []string, err error) {
	h, err := s.hostNamed(f.Origin.Host)
	if err != nil {
		return r, nil, err
	}
	r = hold.Request{
		Host: h.Name, Environment: h.Environment, Database: f.Origin.Database, User: f.Origin.User, Application: f.Origin.Application,
		File: f.Name, FileHash: f.Hash, Undone: true,
	}
	list, uncovered, err := f.held()
	if err != nil {
		return r, uncovered, err
	}
	var terms []rules.Terms
	var texts []string
	worst := list[0].Verdict
	for i, st := range list {
		if i > 0 {
			worst = rules.Worse(worst, st.Verdict)
		}
		if terms = append(terms, st.Verdict.Terms...); len(st.Verdict.Terms) == 0 {
			terms = append(terms, rules.Terms{}) // the host's
		}
		texts = append(texts, string(rules.Display(st.SQL, utf8Settings)))
		r.Items = append(r.Items, st.item())
		r.Statements = append(r.Statements, lines(st.Verdict)...)
	}
	r.SQL, r.Rule, r.Reason, r.Why = strings.Join(texts, "\n\n"), worst.Rule, worst.Reason, worst.Why
	r.Binding = fileBinding(r)
	h.terms.Load().apply(&r, terms, false)
	r.SelfConfirm = false // who asks for a file is not one of those who approve it
	return r, uncovered, nil
}

// utf8Settings are those of a file.
var utf8Settings = rules.Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"}

func (s *Server) hostNamed(name string) (*host, error) {
	for _, h := range s.hosts {
		switch {
		case h.Name != name && (name != "" || len(s.hosts) > 1):
		case h.Mode != session.Enforce:
			return nil, fmt.Errorf("host %s holds nothing: its mode is %s", h.Name, h.Mode)
		default:
			return h, nil
		}
	}
	if name == "" {
		return nil, errors.New("there are several hosts: name the one it runs on")
	}
	return nil, fmt.Errorf("there is no host %q", name)
}

// held are the statements that would be held and can be approved beforehand, and why the
// others cannot. A statement that would be refused is an error.
func (f File) held() (list []heldStatement, uncovered []string, err error) {
	var facts []*rules.Facts
	for _, st := range f.Statements {
		facts = append(facts, st.Facts)
	}
	paths, known := session.Paths(facts)
	for i, st := range f.Statements {
		switch why := st.unlistable(known[i]); {
		case st.Verdict.Action == rules.Refuse:
			return nil, nil, fmt.Errorf("line %d would be refused by rule %q, whoever approves: %s", st.Line, st.Verdict.Rule, st.Verdict.Reason)
		case st.Verdict.Action != rules.Hold:
		case why != "":
			uncovered = append(uncovered, fmt.Sprintf("line %d: %s", st.Line, why))
		default:
			list = append(list, heldStatement{st, paths[i]})
		}
	}
	switch {
	case len(list) > maxItems:
		return nil, uncovered, fmt.Errorf("%d statements of it would be held, and people are asked about %d at most: split it", len(list), maxItems)
	case len(list) == 0 && len(uncovered) > 0:
		return nil, uncovered, errors.New("nothing of it can be approved beforehand: " + strings.Join(uncovered, "; "))
	case len(list) == 0:
		return nil, nil, errors.New("nothing of it would be held, so there is nothing to approve")
	}
	return list, uncovered, nil
}

// unlistable says why a statement cannot be approved beforehand; empty when it can.
func (st FileStatement) unlistable(pathKnown bool) string {
	switch {
	case st.Doubt != "":
		return st.Doubt
	case !st.Facts.Read:
		return "it cannot be read"
	case session.RunsPrepared(st.Facts):
		return "it runs a prepared statement by its name"
	case !pathKnown:
		return "the file sets its search_path to a value that no text shows"
	}
	if shown := rules.Display(st.SQL, utf8Settings); rules.Mask(shown) != shown {
		return "its text has a password"
	}
	return ""
}

// heldStatement is a statement with what its session has set of search_path.
type heldStatement struct {
	FileStatement
	path string
}

func (st heldStatement) item() hold.Item {
	hash := rules.StatementHash(st.SQL)
	return hold.Item{Key: session.ItemKey(st.path, hash), Hash: hash, Line: st.Line, Statements: lines(st.Verdict)}
}

// fileBinding is the same for the same statements of the same actor, so that nobody is
// asked twice; no statement has it.
func fileBinding(r hold.Request) string {
	parts := []string{"file", r.Host, r.Database, r.User, r.Application, r.File, r.FileHash}
	for _, item := range r.Items {
		parts = append(parts, item.Key)
	}
	digest := sha256.New()
	for _, p := range parts {
		sum := sha256.Sum256([]byte(p))
		digest.Write(sum[:])
	}
	return hex.EncodeToString(digest.Sum(nil))
}

// OriginAt is where statements would come to on a host; empty is the only one.
func (s *Server) OriginAt(name string) (rules.Origin, error) {
	h, err := s.hostNamed(name)
	if err != nil {
		return rules.Origin{}, err
	}
	return rules.Origin{Host: h.Name, Environment: h.Environment}, nil
}
