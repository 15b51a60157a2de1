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

// setScalar parses text into a string, bool, time.Duration or a kind of number.
func setScalar(into reflect.Value, text string) error {
	switch into.Interface().(type) {
	case time.Duration:
		v, err := parseWait(text)
		into.SetInt(int64(v))
		return err
	case Secret:
		v, err := setSecret(text)
		into.SetString(string(v))
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
		if v < 1 {
			return fmt.Errorf("%d is too few; write 1 or more", v)
		}
		into.SetInt(int64(v))
	case int64:
		v, err := parseRows(text)
		into.SetInt(v)
		return err
	case RowsOrOff:
		if text == off {
			into.SetInt(0)
			return nil
		}
		v, err := parseRows(text)
		into.SetInt(v)
		return err
	case Times:
		v, err := parseTimes(text)
		into.SetFloat(v)
		return err
	case float64:
		v, err := parseShare(text)
		into.SetFloat(v)
		return err
	default:
		return setString(into, text)
	}
	return nil
}

// parseRows reads a number of rows, 1 or more.
func parseRows(text string) (int64, error) {
	v, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is not a whole number", text)
	case v < 1:
		return 0, fmt.Errorf("%d is no limit; write 1 or more, and a rule for what is to be held whatever it takes", v)
	}
	return v, nil
}

// parseShare reads a part of a whole, such as 0.25 or 25%: above 0, at most 1.
func parseShare(text string) (float64, error) {
	number, percent := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		v /= 100
	}
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is not a number", text)
	case !(v > 0 && v <= 1): // also what is no number at all
		return 0, fmt.Errorf("%s is no share; write a number above 0 and at most 1, or a percentage", text)
	}
	return v, nil
}

// parseTimes reads how many times as much something is.
func parseTimes(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is not a number", text)
	case !(v > 1 && v <= 1e6): // also what is no number at all
		return 0, fmt.Errorf("%s is too few or far too many; write a number above 1, such as 3", text)
	}
	return v, nil
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
