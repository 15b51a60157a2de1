// Package config reads what the operator wants: one strict struct, its defaults
// in one function, and every fault at once, each with its place.
//
// Start with Load. It takes flags, HOLDFAST_* variables and at most one YAML
// file, in this order of precedence, and returns a Config that is safe to start
// with, or Faults. A key that is not known stops the start: in a tool that
// protects data, a typo must not silently switch something off.
//
// A key goes through four steps, one file each: decode.go binds the YAML tree to
// the struct, settings.go lays flags and variables over it, defaults.go fills
// what is left, and the check_*.go files look at the result as a whole.
//
// The reference_*.go files describe every key once; the reference in the documents
// and the JSON Schema are made of them by go generate.
package config
