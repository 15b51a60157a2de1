package proxy

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/rules"
)

// fileServer knows two hosts, of which one enforces.
func fileServer() *Server {
	prod, dev := &host{Host: Host{Name: "prod", Environment: "production"}}, &host{Host: Host{Name: "dev", Mode: session.Observe}}
	terms := Terms{Reviewers: hold.Reviewers{Group: "dba", Count: 1}, SelfConfirm: true}
	terms.fill()
	prod.terms.Store(&terms)
	return &Server{hosts: []*host{prod, dev}}
}

// fileOf is a file of texts, judged by the default policy.
func fileOf(texts ...string) File {
	f := File{Origin: rules.Origin{Host: "prod", Database: "shop", User: "mig"}, Name: "0042.sql", Hash: "ff"}
	reader, policy := rules.NewReader(rules.ReaderOptions{}), rules.DefaultPolicy()
	for i, text := range texts {
		facts := reader.Read([]byte(text), utf8Settings)
		f.Statements = append(f.Statements, FileStatement{Line: i + 1, SQL: []byte(text), Facts: facts, Verdict: policy.Judge(f.Origin, facts, nil)})
	}
	return f
}

func TestFileRequest(t *testing.T) {
	f := fileOf("select 1", "drop table a;", "set search_path = x", "truncate b", "truncate b", "drop table a; drop !", "drop role r; alter role x password 'secret'", "create table t (i int)")
	f.Statements[3].Verdict.Terms = []rules.Terms{{Group: "sec", Count: 2, Wait: time.Minute, TypeName: true}}
	r, uncovered, err := fileServer().FileRequest(f)
	if err != nil {
		t.Fatal(err)
	}
	if r.Host != "prod" || r.Environment != "production" || r.Database != "shop" || r.User != "mig" || r.File != "0042.sql" || r.FileHash != "ff" || r.Binding == "" || r.SelfConfirm {
		t.Errorf("%+v", r)
	}
	if len(r.Items) != 3 || r.Items[0].Line != 2 || r.Items[1].Line != 4 || r.Items[1].Key != r.Items[2].Key || r.Items[0].Key == r.Items[1].Key ||
		r.Items[0].Hash != rules.StatementHash([]byte("DROP")) && len(r.Items[0].Hash) != 64 {
		t.Errorf("items %+v", r.Items)
	}
	if len(r.Statements) != 3 || strings.Count(r.SQL, "\n\n") != 2 || strings.Contains(r.SQL, "secret") {
		t.Errorf("statements %q, SQL %q", r.Statements, r.SQL)
	}
	if r.Reason != "DROP TABLE a and 2 more" {
		t.Errorf("the reason is %q", r.Reason)
	}
	if one, _, err := fileServer().FileRequest(fileOf("drop table a")); err != nil || one.Reason != "DROP TABLE a" {
		t.Errorf("the reason of a file with one statement is %q, %v", one.Reason, err)
	}
	if len(r.Needs()) != 2 || r.Wait != time.Minute || !r.TypeName {
		t.Errorf("needs %+v, waits %v", r.Needs(), r.Wait)
	}
	if len(uncovered) != 2 || uncovered[0] != "line 6: it cannot be read" || uncovered[1] != "line 7: its text has a password" {
		t.Errorf("uncovered %q", uncovered)
	}
	again, _, _ := fileServer().FileRequest(f)
	other := f
	other.Origin.User = "ana"
	if o, _, _ := fileServer().FileRequest(other); again.Binding != r.Binding || o.Binding == r.Binding {
		t.Error("the binding is not that of the file and its actor")
	}
}

func TestFileThatIsNotAsked(t *testing.T) {
	refused := fileOf("drop table a", "truncate b")
	refused.Statements[1].Verdict = rules.Verdict{Action: rules.Refuse, Rule: "never", Reason: "TRUNCATE b"}
	doubtful := fileOf("drop table a")
	doubtful.Statements[0].Doubt = "psql puts a variable into its text"
	dev := fileOf("drop table a")
	dev.Origin.Host = "dev"
	nowhere := fileOf("drop table a")
	nowhere.Origin.Host = ""
	long := fileOf(strings.Split(strings.TrimSuffix(strings.Repeat("drop table a|", maxItems+1), "|"), "|")...)
	for want, f := range map[string]File{
		`line 2 would be refused by rule "never"`:          refused,
		"nothing of it would be held":                      fileOf("select 1"),
		"nothing of it can be approved beforehand: line 1": doubtful,
		"host dev holds nothing: its mode is observe":      dev,
		"there are several hosts":                          nowhere,
		"501 statements of it would be held":               long,
	} {
		if _, _, err := fileServer().FileRequest(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
