package config

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestReference: every key is described, and the documents are made of that.
func TestReference(t *testing.T) {
	for of, keys := range reference {
		described := 0
		fields(of, func(name string, field reflect.Type, k key) {
			if k.doc == "" {
				t.Errorf("%s: %s is not described", of, name)
			} else {
				described++
			}
			if _, group := below(field); !group && !k.required && k.usual == "" && of != reflect.TypeFor[Trace]() && of != reflect.TypeFor[When]() {
				t.Errorf("%s: %s says no default", of, name)
			}
		})
		if described != len(keys) {
			t.Errorf("%s: %d keys, %d descriptions", of, described, len(keys))
		}
	}
	fields(reflect.TypeFor[Config](), checkDescribed(t))
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	wantFile(t, "../../docs/holdfast.schema.json", func([]byte) []byte { return text })
	wantFile(t, "../../docs/configuration.md", func(page []byte) []byte {
		before, rest, ok := bytes.Cut(page, []byte(manualBegin))
		_, after, ok2 := bytes.Cut(rest, []byte(manualEnd))
		if !ok || !ok2 {
			t.Fatal("docs/configuration.md has lost the marks around the reference")
		}
		return slices.Concat(before, []byte(manualBegin), []byte(manual()), []byte(manualEnd), after)
	})
}

const (
	manualBegin = "<!-- From here to the end mark: made by go generate ./internal/config. -->\n\n"
	manualEnd   = "\n<!-- end -->\n"
)

// checkDescribed fails for a struct that is reached from the top and not in the
// reference.
func checkDescribed(t *testing.T) func(string, reflect.Type, key) {
	var each func(string, reflect.Type, key)
	each = func(name string, of reflect.Type, _ key) {
		if under, is := below(of); is {
			if _, known := reference[under]; !known {
				t.Errorf("the keys of %s are not described", name)
			}
			fields(under, each)
		}
	}
	return each
}

// wantFile compares a file with what it should be, or with -update makes it so.
func wantFile(t *testing.T, name string, wanted func(now []byte) []byte) {
	t.Helper()
	now, err := os.ReadFile(name)
	if err != nil && !*update {
		t.Fatal(err)
	}
	want := wanted(now)
	switch {
	case bytes.Equal(now, want):
	case *update:
		write(t, name, string(want))
	default:
		t.Errorf("%s is stale: go generate ./internal/config", name)
	}
}

// compiled is the schema, or that of one key of a struct.
func compiled(t *testing.T, s any) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	if err := c.AddResource("holdfast.json", plainJSON(t, s)); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("holdfast.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// plainJSON is a value as a JSON reader has it.
func plainJSON(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// yamlValue is a file as an editor has it; false when it is no YAML.
func yamlValue(t *testing.T, text string) (any, bool) {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return nil, false
	}
	return plainJSON(t, v), true
}

func wholeSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	return compiled(t, json.RawMessage(text))
}

func TestExamplesOfKeysAreValues(t *testing.T) {
	for of := range reference {
		fields(of, func(name string, field reflect.Type, k key) {
			if k.example == "" {
				return
			}
			v, ok := yamlValue(t, k.example)
			if !ok {
				t.Errorf("%s: the example of %s is no YAML: %s", of, name, k.example)
			} else if err := compiled(t, valueOf(field, k)).Validate(v); err != nil {
				t.Errorf("%s: the example of %s: %v", of, name, err)
			}
		})
	}
}

// TestSchemaAcceptsWhatLoadDoes: the files of the examples, and one with every key.
func TestSchemaAcceptsWhatLoadDoes(t *testing.T) {
	s := wholeSchema(t)
	files, err := filepath.Glob("../../examples/*/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	texts := map[string]string{"every key": whole}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nhosts:") {
			texts[file] = string(text)
			name := filepath.Base(filepath.Dir(file))
			if first, _, _ := strings.Cut(string(text), "\n"); first != "# yaml-language-server: $schema=../../docs/holdfast.schema.json" && name != "demo" {
				t.Errorf("%s begins with %q", file, first)
			}
		}
	}
	t.Chdir(t.TempDir())
	for name, text := range texts {
		write(t, "holdfast.yaml", text)
		if _, err := load(t, map[string]string{"config": "holdfast.yaml"}, slackTokens); err != nil {
			t.Errorf("Load of %s: %v", name, err)
		}
		if v, ok := yamlValue(t, text); !ok {
			t.Errorf("%s is no YAML", name)
		} else if err := s.Validate(v); err != nil {
			t.Errorf("schema of %s: %v", name, err)
		}
	}
}

// TestSchemaAndLoadAgree: on what a schema can know.
func TestSchemaAndLoadAgree(t *testing.T) {
	s := wholeSchema(t)
	const host = "people: [{name: ana, os: ana}, {name: ben, os: ben}]\ngroups: {dba: ana}\n" +
		"hosts: [{name: a, environment: e, listen: ':1', server: 'postgres://db', mode: enforce}]\n"
	good := []string{
		"", "rules:", "limits: {}", "limits: {updated_rows: off}", "limits: {share: 1, rows: 5}", "limits: {share: 5 %}", "holds: {wait: 1h30m}",
		"rules: [{name: a, action: hold}]", "rules: [{name: a, action: refuse, when: {verbs: drop, hosts: 'a'}}]",
		"rules: [{name: a, action: allow, when: {users: '*'}}]", "rules: [{name: a, action: hold, when: {rows: 5, share: '>= 10%'}}]",
		"rules: [{name: a, action: hold, reviewers: {group: dba}, wait: 5m, wait_in_transaction: 1.5s, type_name: true, mode: wait}]",
		"rules: [{name: a, action: hold, mode: return}]", "holds: {grant: 2h}",
		"volume: {limit: {rows: 5}, bulk: {share: 5%}, times: 1.5, learn: 48h, zone: Europe/Berlin}", "volume:", "volume: {brake: [{}]}",
		"volume: {expected: [{table: a, cron: '@daily'}], brake: [{hosts: a, kinds: leak}]}",
		"rules: [{name: a, action: hold, when: {inside: '08:00-18:00 UTC', clients: local, sessions: [agent], filters: none}}]",
	}
	bad := []string{
		"zzz: 1", "limits: {rows: 0}", "limits: {rows: 1.5}", "limits: {share: 0}", "limits: {share: 1.5}", "limits: {updated_rows: on}", "holds: {wait: 30}",
		"holds: {wait: soon}", "rules: {}", "rules: [{}]", "rules: [{name: a}]", "rules: [{action: hold}]", "rules: [a]", "rules: [{name: a, action: hodl}]",
		"rules: [{name: a, action: allow}]", "rules: [{name: a, action: warn, when: {}}]", "rules: [{name: a, action: hold, when: {verb: drop}}]",
		"rules: [{name: a, action: hold, when: {verbs: explode}}]", "rules: [{name: a, action: hold, when: {verbs: []}}]",
		"rules: [{name: a, action: hold, when: {users: }}]", "rules: [{name: a, action: hold, when: {sessions: robot}}]",
		"rules: [{name: a, action: hold, when: {filters: all}}]", "rules: [{name: a, action: hold, when: {rows: few}}]",
		"rules: [{name: a, action: hold, when: {inside: 'at night'}}]", "rules: [{name: a, action: hold, mode: later}]",
		"rules: [{name: a, action: hold, reviewers: {count: 0}}]", "rules: [{name: a, action: hold, type_name: maybe}]",
		"rules: [{name: a, action: refuse, wait: 5m}]", "rules: [{name: a, action: refuse, reviewers: {group: dba}}]",
		"volume: {times: 1}", "volume: {limit: {rows: 0}}", "volume: {week_share: 2}", "volume: {expected: [{table: a}]}", "volume: {brake: [{kinds: share-day}]}",
		"trace: {dir: x}", "console: {lisen: ':1'}", "control: mysql://x",
	}
	t.Chdir(t.TempDir())
	for i, text := range append(good, bad...) {
		write(t, "holdfast.yaml", host+text)
		_, loadErr := load(t, map[string]string{"config": "holdfast.yaml"}, nil)
		v, ok := yamlValue(t, host+text)
		if !ok {
			t.Errorf("%s is no YAML", text)
			continue
		}
		schemaErr := s.Validate(v)
		if fine := i < len(good); fine != (loadErr == nil) || fine != (schemaErr == nil) {
			t.Errorf("%q\nLoad:   %v\nschema: %v", text, loadErr, schemaErr)
		}
	}
}

// loadAlone are files whose faults only Load can know.
var loadAlone = []string{"trace.txt"}

// TestSchemaRefusesFaults: the files with faults of the golden tests are refused by
// the schema too.
func TestSchemaRefusesFaults(t *testing.T) {
	s := wholeSchema(t)
	files, _ := filepath.Glob("testdata/faults/*.txt")
	refused := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		input, _, _ := bytes.Cut(text, []byte(separator))
		if v, ok := yamlValue(t, string(input)); ok {
			refused++
			if fine := s.Validate(v) == nil; fine != slices.Contains(loadAlone, filepath.Base(file)) {
				t.Errorf("the schema accepts %s: %t", file, fine)
			}
		}
	}
	if refused < 3 {
		t.Errorf("only %d files were tried", refused)
	}
}
