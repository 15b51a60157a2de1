package config

import "reflect"

//go:generate go test . -run TestReference -update

// key describes one key of the file, once: the reference in docs/configuration.md
// and the JSON Schema are made of it. Texts are Markdown.
type key struct {
	doc     string // what it is for
	caveat  string // what surprises
	later   string // what of it is not in this version
	usual   string // the default; empty where there is none to name
	example string // a value as it stands in the file

	// How a value is written, where the Go type does not say it all.
	form    string          // in words
	words   func() []string // a closed list
	pattern string          // a regular expression of a text
	number  bool            // a number will do as well

	required bool
	some     bool // a list that must not be empty
}

// reference has every key of every struct of the file; a test keeps it complete.
var reference = map[reflect.Type]map[string]key{
	reflect.TypeFor[Config]():     topKeys,
	reflect.TypeFor[Trace]():      traceKeys,
	reflect.TypeFor[Console]():    consoleKeys,
	reflect.TypeFor[ConsoleTLS](): consoleTLSKeys,
	reflect.TypeFor[OIDC]():       oidcKeys,
	reflect.TypeFor[Slack]():      slackKeys,
	reflect.TypeFor[Webhook]():    webhookKeys,
	reflect.TypeFor[Holds]():      holdsKeys,
	reflect.TypeFor[Person]():     personKeys,
	reflect.TypeFor[SharedUser](): sharedUserKeys,
	reflect.TypeFor[Host]():       hostKeys,
	reflect.TypeFor[TLS]():        tlsKeys,
	reflect.TypeFor[Reviewers]():  reviewersKeys,
	reflect.TypeFor[Limits]():     limitsKeys,
	reflect.TypeFor[Rule]():       ruleKeys,
	reflect.TypeFor[When]():       whenKeys,
	reflect.TypeFor[Volume]():     volumeKeys,
	reflect.TypeFor[Bound]():      boundKeys,
	reflect.TypeFor[Expected]():   expectedKeys,
	reflect.TypeFor[Brake]():      brakeKeys,
}

// fields calls f with the keys of a struct in their order.
func fields(t reflect.Type, f func(name string, of reflect.Type, k key)) {
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "-" {
			f(name, t.Field(i).Type, reference[t][name])
		}
	}
}

// below is the struct that a value of a type has keys of: itself, or that of its
// entries.
func below(t reflect.Type) (reflect.Type, bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t, t.Kind() == reflect.Struct
}
