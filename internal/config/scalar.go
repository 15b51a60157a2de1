package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// scalar binds a single value.
func (d decoder) scalar(n ast.Node, into reflect.Value, path string) {
	at := placeOfToken(n.GetToken())
	text, ok := scalarText(n)
	if !ok {
		d.faultAt(at, "%s wants a single value%s", nameOf(path), orNone(n))
		return
	}
	d.places[path] = at
	if err := setScalar(into, text); err != nil {
		d.faultAt(at, "%s: %v", nameOf(path), err)
	}
}

func orNone(n ast.Node) string {
	if _, none := n.(*ast.NullNode); none {
		return " and has none; write one or remove the key"
	}
	return ""
}

// scalarText is the text of a scalar as written, so that 007 stays 007 and off
// stays off.
func scalarText(n ast.Node) (string, bool) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, true
	case *ast.LiteralNode:
		return s.Value.Value, true
	case *ast.NullNode:
		return "", false
	case ast.ScalarNode:
		return s.GetToken().Value, true
	}
	return "", false
}

// setScalar parses text into a string, bool, int or time.Duration.
func setScalar(into reflect.Value, text string) error {
	switch into.Interface().(type) {
	case time.Duration:
		v, err := parseWait(text)
		into.SetInt(int64(v))
		return err
	case bool:
		if text != "true" && text != "false" {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		into.SetBool(text == "true")
	case int:
		v, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		into.SetInt(int64(v))
	default:
		return setString(into, text)
	}
	return nil
}

func setString(into reflect.Value, text string) error {
	switch {
	case strings.Contains(text, "${"):
		return fmt.Errorf("%q: variables are only filled into secrets, and no key of this version is one; write the value itself", text)
	case strings.ContainsRune(text, 0):
		return fmt.Errorf("a zero byte cannot be part of it")
	}
	into.SetString(text)
	return nil
}

// parseWait reads a time such as 30m, 60s or 1h30m.
func parseWait(text string) (time.Duration, error) {
	v, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is not a time; write 30m, 60s or 1h30m", text)
	case v <= 0:
		return 0, fmt.Errorf("%s is no time to wait; write one above zero, such as 30m", text)
	}
	return v, nil
}
