package config

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// schemaDialect is the version of JSON Schema; https://json-schema.org/draft/2020-12.
const schemaDialect = "https://json-schema.org/draft/2020-12/schema"

// schema is one JSON Schema, or a part of one.
type schema map[string]any

// Schema is a JSON Schema of the file, for editors: it completes and explains keys and
// finds what is misspelt. It accepts what Load does, but for a text that looks like a
// number or a truth value and has no quotes, and for keys without a value. Load finds
// more: what one key says of another.
func Schema() ([]byte, error) {
	s := object(reflect.TypeFor[Config]())
	s["$schema"] = schemaDialect
	s["title"] = "holdfast.yaml"
	s["description"] = "The configuration of holdfast serve."
	text, err := json.MarshalIndent(s, "", "  ")
	return append(text, '\n'), err
}

// object is the schema of a struct.
func object(t reflect.Type) schema {
	properties, required := schema{}, []string{}
	fields(t, func(name string, of reflect.Type, k key) {
		s := valueOf(of, k)
		s["description"] = k.plain()
		properties[name] = s
		if k.required {
			required = append(required, name)
		}
	})
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		s["required"] = required
	}
	for name, more := range conditions[t] {
		s[name] = more
	}
	return s
}

// conditions are what a struct's keys say of each other, as far as a schema can.
var conditions = map[reflect.Type]schema{
	reflect.TypeFor[Trace](): {"dependentRequired": schema{"dir": []string{"client"}, "client": []string{"dir"}}},
	reflect.TypeFor[Rule](): {"allOf": []schema{
		{
			"if":   schema{"properties": schema{"action": schema{"enum": []string{"allow", "warn", "measure"}}}},
			"then": schema{"required": []string{"when"}, "properties": schema{"when": schema{"minProperties": 1}}},
		},
		{
			"if": schema{"properties": schema{"action": schema{"enum": []string{"allow", "warn", "measure", "refuse"}}}},
			"then": schema{"properties": schema{
				"reviewers": false, "wait": false, "wait_in_transaction": false, "type_name": false, "mode": false,
			}},
		},
	}},
}

// valueOf is the schema of a value. Where the file may leave it empty, so may the
// value be null.
func valueOf(t reflect.Type, k key) schema {
	if of, is := below(t); is {
		s := object(of)
		if t.Kind() == reflect.Slice {
			s = schema{"type": "array", "items": s}
		}
		switch {
		case k.some:
			s["minItems"] = 1
		case !k.required && t.Kind() != reflect.Pointer:
			s["type"] = []string{s["type"].(string), "null"}
		}
		return s
	}
	switch t.Kind() {
	case reflect.Map:
		return schema{"type": []string{"object", "null"}, "additionalProperties": listOf(schema{"type": "string"}, true)}
	case reflect.Slice:
		return listOf(scalarOf(t.Elem(), k), k.some)
	}
	return scalarOf(t, k)
}

// listOf is a list, or a single entry in place of one.
func listOf(entry schema, some bool) schema {
	list := schema{"type": "array", "items": entry}
	if some {
		list["minItems"] = 1
	}
	return schema{"anyOf": []schema{entry, list}}
}

// timePattern is what time.ParseDuration reads, but for the sign.
const timePattern = `^\+?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$`

// scalarOf is the schema of a single value.
func scalarOf(t reflect.Type, k key) schema {
	switch reflect.Zero(t).Interface().(type) {
	case time.Duration:
		return schema{"type": "string", "pattern": timePattern}
	case bool:
		return schema{"type": "boolean"}
	case int, int64:
		return schema{"type": "integer", "minimum": 1}
	case RowsOrOff:
		return schema{"anyOf": []schema{{"type": "integer", "minimum": 1}, {"const": off}}}
	case Times:
		return schema{"type": "number", "exclusiveMinimum": 1, "maximum": 1e6}
	case float64:
		return schema{"anyOf": []schema{
			{"type": "number", "exclusiveMinimum": 0, "maximum": 1}, {"type": "string", "pattern": `^[0-9.]+\s*%?$`},
		}}
	}
	switch {
	case k.words != nil:
		return schema{"enum": k.words()}
	case k.number:
		return schema{"anyOf": []schema{{"type": "number", "minimum": 0}, {"type": "string", "pattern": k.pattern}}}
	case k.pattern != "":
		return schema{"type": "string", "pattern": k.pattern}
	}
	return schema{"type": "string"}
}

// plain is the description of a key without Markdown.
func (k key) plain() string {
	parts := []string{k.doc}
	for _, p := range [][2]string{{"Caveat: ", k.caveat}, {"Not in this version: ", k.later}, {"Default: ", k.usual}, {"Example: ", k.example}} {
		if p[1] != "" {
			parts = append(parts, p[0]+p[1])
		}
	}
	return plainText.Replace(strings.Join(parts, "\n"))
}

// plainText takes off the Markdown that texts of keys have.
var plainText = strings.NewReplacer("`", "", "[security](security.md)", "docs/security.md", "[operations](operations.md)", "docs/operations.md",
	"[Slack](slack.md)", "docs/slack.md", "[console](console.md)", "docs/console.md", "[volume](volume.md)", "docs/volume.md",
	"[how rules are read](#how-rules-are-read)", "docs/configuration.md")
