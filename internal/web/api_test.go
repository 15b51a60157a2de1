package web_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/web"
)

// program calls the API as programs do.
type program struct {
	*rig
	token string
	doc   *openapi
}

// call returns the status and the body, once the document describes both.
func (p program) call(method, path, body string) (int, map[string]any) {
	p.t.Helper()
	req, err := http.NewRequest(method, p.URL()+path, strings.NewReader(body))
	check(p.t, err)
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	check(p.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	check(p.t, err)
	p.doc.validate(p.t, method, path, res.StatusCode, text)
	var v map[string]any
	check(p.t, json.Unmarshal(text, &v))
	return res.StatusCode, v
}

// openapi is docs/openapi.yaml.
type openapi struct {
	paths    map[string]map[string]any
	compiler *jsonschema.Compiler
	used     map[string]bool // operations that were called
}

func readOpenAPI(t *testing.T) *openapi {
	t.Helper()
	text, err := os.ReadFile("../../docs/openapi.yaml")
	check(t, err)
	asJSON, err := yaml.YAMLToJSON(text)
	check(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	check(t, err)
	var paths struct{ Paths map[string]map[string]any }
	check(t, json.Unmarshal(asJSON, &paths))
	c := jsonschema.NewCompiler()
	check(t, c.AddResource("holdfast:openapi", doc))
	return &openapi{paths.Paths, c, map[string]bool{}}
}

var anID = regexp.MustCompile(`/(holds|alerts)/[^/?]+`)

// validate compares an answer with what the document says of it.
func (o *openapi) validate(t *testing.T, method, path string, status int, body []byte) {
	t.Helper()
	route, _, _ := strings.Cut(anID.ReplaceAllString(path, "/$1/{id}"), "?")
	operation, ok := o.paths[route][strings.ToLower(method)].(map[string]any)
	at := "holdfast:openapi#/components/schemas/Fault"
	if ok {
		o.used[method+" "+route] = true
		if _, fine := operation["responses"].(map[string]any)["200"]; status == http.StatusOK && fine {
			at = "holdfast:openapi#/paths/" + strings.ReplaceAll(route, "/", "~1") + "/" + strings.ToLower(method) + "/responses/200/content/application~1json/schema"
		}
	}
	if status == http.StatusOK && !ok {
		t.Errorf("%s %s is not in the document", method, route)
		return
	}
	schema, err := o.compiler.Compile(strings.NewReplacer("{", "%7B", "}", "%7D").Replace(at))
	check(t, err)
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	check(t, err)
	if err := schema.Validate(v); err != nil {
		t.Errorf("%s %s, %d: %v\n%s", method, path, status, err, body)
	}
}

// TestAPI: every operation of the document, and that answers are as it says.
func TestAPI(t *testing.T) {
	r := newRig(t, team)
	bens, hash := web.NewToken()
	anas, anasHash := web.NewToken()
	r.tokens.set(map[string]string{"ben": hash, "ana": anasHash})
	doc := readOpenAPI(t)
	ben, ana, nobody := program{r, bens, doc}, program{r, anas, doc}, program{r, "", doc}
	req := drop()
	req.TypeName = true
	first, second := r.ask(req, "DROP TABLE"), r.ask(drop(), "")
	code := func(p program, method, path, body string, status int, want string) {
		t.Helper()
		got, v := p.call(method, path, body)
		if said, _ := v["code"].(string); got != status || said != want {
			t.Errorf("%s %s: %d %v, want %d %s", method, path, got, v, status, want)
		}
	}
	for _, p := range []program{nobody, {r, "holdfast_WRONG", doc}, {r, hash, doc}} {
		for _, call := range [][2]string{{"GET", "/v1/status"}, {"GET", "/v1/sessions"}, {"GET", "/v1/holds"}, {"GET", "/v1/holds/" + first}, {"POST", "/v1/holds/" + first + "/deny"}} {
			code(p, call[0], call[1], "", http.StatusUnauthorized, "nobody")
		}
	}
	code(ben, "GET", "/v1/status", "", 200, "")
	r.clients.set(crowd(first)...)
	if _, v := ben.call("GET", "/v1/sessions?user=ana&limit=2", ""); len(v["sessions"].([]any)) != 2 || v["picked"] != 3.0 || v["all"] != 6.0 {
		t.Errorf("%v", v)
	}
	code(ben, "GET", "/v1/sessions?limit=0", "", http.StatusBadRequest, "bad_request")
	if _, v := ben.call("GET", "/v1/holds", ""); len(v["holds"].([]any)) != 2 {
		t.Errorf("%v", v)
	}
	code(ben, "GET", "/v1/holds?all=2", "", http.StatusBadRequest, "bad_request")
	code(ben, "GET", "/v1/holds/23456789", "", http.StatusNotFound, "unknown_id")
	code(ben, "GET", "/v1/nothing", "", http.StatusNotFound, "no_route")
	code(ben, "POST", "/v1/console/login", "", http.StatusNotFound, "no_route") // of the control socket alone
	code(ana, "POST", "/v1/holds/"+first+"/approve", "", http.StatusForbidden, "not_allowed")
	code(ben, "POST", "/v1/holds/"+first+"/approve", "", http.StatusForbidden, "not_allowed")
	code(ben, "POST", "/v1/holds/"+first+"/approve", `{"tpye":"events"}`, http.StatusBadRequest, "bad_request")
	code(ben, "POST", "/v1/holds/"+first+"/approve", `{"type":"events","note":"checked"}`, 200, "")
	code(ben, "POST", "/v1/holds/"+first+"/deny", "", http.StatusConflict, "ended")
	code(ben, "POST", "/v1/holds/"+second+"/deny", `{"note":"no"}`, 200, "")
	if h := r.await(first, hold.Executed); h.DecidedBy != "ben" || h.Via != "api" || h.Identity != "verified" {
		t.Errorf("%+v", h)
	}
	code(ben, "GET", "/v1/holds/"+first, "", 200, "")
	code(ben, "POST", "/v1/holds/"+first+"/revoke", "", http.StatusConflict, "ended")
	code(nobody, "POST", "/v1/files", "{}", http.StatusUnauthorized, "nobody")
	code(ben, "POST", "/v1/files", `{"user":"ana"}`, http.StatusBadRequest, "bad_request")
	code(ben, "POST", "/v1/files", `{"databse":"shop"}`, http.StatusBadRequest, "bad_request")
	long := strings.Repeat("-- a comment\\n", 40000) // longer than any form
	_, v := ben.call("POST", "/v1/files", `{"database":"shop","user":"ana","name":"a.sql","sql":"`+long+`DROP TABLE events"}`)
	if h, _ := v["hold"].(map[string]any); h["state"] != "pending" || len(v["uncovered"].([]any)) != 1 || h["file"].(map[string]any)["submitter"] != "ben" {
		t.Errorf("%v", v)
	} else {
		code(ben, "POST", "/v1/holds/"+h["id"].(string)+"/approve", "", http.StatusForbidden, "not_allowed") // who submitted it
		code(ben, "POST", "/v1/holds/"+h["id"].(string)+"/deny", "", http.StatusForbidden, "not_allowed")
	}
	if _, v := ben.call("GET", "/v1/holds?all=1", ""); len(v["holds"].([]any)) != 3 {
		t.Errorf("%v", v)
	}
	var missing []string
	for route, operations := range doc.paths {
		for method := range operations {
			if op := strings.ToUpper(method) + " " + route; !doc.used[op] && !ofAlerts(route) {
				missing = append(missing, op)
			}
		}
	}
	if slices.Sort(missing); len(missing) > 0 || len(doc.used) != 8 {
		t.Errorf("not called: %v; called: %v", missing, doc.used)
	}
	r.tokens.set(map[string]string{"ana": anasHash})
	code(ben, "GET", "/v1/status", "", http.StatusUnauthorized, "nobody")
	r.tokens.set(map[string]string{"ghost": hash}) // who is nobody in people
	code(ben, "GET", "/v1/status", "", http.StatusUnauthorized, "nobody")
}

// TestCookiesDoNotCountForTheAPI: a page of elsewhere cannot use the session of a
// browser there.
func TestCookiesDoNotCountForTheAPI(t *testing.T) {
	r := newRig(t, team)
	id := r.ask(drop(), "")
	b := r.signedIn("bsmith")
	if a := b.do(http.MethodPost, "/v1/holds/"+id+"/deny", nil, nil); a.status != http.StatusUnauthorized || !strings.Contains(a.body, `"code":"nobody"`) {
		t.Errorf("%d: %s", a.status, a.body)
	}
	if s := r.state(id); s != hold.Pending {
		t.Error(s)
	}
}
