package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// decoder binds a YAML tree to the struct, and notes what is wrong and where
// everything stands.
type decoder struct {
	*notes
}

// value binds one node to one Go value.
func (d decoder) value(n ast.Node, into reflect.Value, path string) {
	if refused := d.unwanted(n); refused {
		return
	}
	if into.Kind() == reflect.Pointer {
		if into.IsNil() {
			into.Set(reflect.New(into.Type().Elem()))
		}
		into = into.Elem()
	}
	switch into.Kind() {
	case reflect.Struct:
		d.structure(n, into, path)
	case reflect.Slice:
		d.list(n, into, path)
	case reflect.Map:
		d.names(n, into, path)
	default:
		d.scalar(n, into, path)
	}
}

// unwanted refuses the parts of YAML by which one text can stand for another:
// what a reader of the file sees is what holdfast does.
func (d decoder) unwanted(n ast.Node) bool {
	what := ""
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode:
		what = "anchors and aliases are not read here; write the value out"
	case *ast.TagNode:
		what = "tags are not read here; write the value without one"
	default:
		return false
	}
	d.faultAt(placeOfToken(n.GetToken()), "%s", what)
	return true
}

func (d decoder) structure(n ast.Node, into reflect.Value, path string) {
	fields := fieldsOf(into.Type())
	seen := map[string]bool{}
	for _, kv := range d.pairs(n, path) {
		at := placeOfToken(kv.Key.GetToken())
		key := kv.Key.GetToken().Value
		field, known := fields[key]
		switch {
		case seen[key]:
			d.faultAt(at, "%s stands here twice; keep one", key)
		case known:
			below := join(path, key)
			d.places[below] = at
			d.value(kv.Value, into.Field(field), below)
		default:
			d.faultAt(at, "%s", unknownKey(into.Type(), key))
		}
		seen[key] = true
	}
}

// names binds a map of lists, such as groups.
func (d decoder) names(n ast.Node, into reflect.Value, path string) {
	into.Set(reflect.MakeMap(into.Type()))
	for _, kv := range d.pairs(n, path) {
		at, key := placeOfToken(kv.Key.GetToken()), kv.Key.GetToken().Value
		below := join(path, key)
		if _, twice := d.places[below]; twice {
			d.faultAt(at, "%s stands here twice; keep one", key)
			continue
		}
		d.places[below] = at
		v := reflect.New(into.Type().Elem()).Elem()
		d.value(kv.Value, v, below)
		into.SetMapIndex(reflect.ValueOf(key), v)
	}
}

// pairs are the keys and values of a map; of nothing, none.
func (d decoder) pairs(n ast.Node, path string) []*ast.MappingValueNode {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}
	case *ast.NullNode:
		return nil
	}
	d.faultAt(placeOfToken(n.GetToken()), "%s wants keys and values", nameOf(path))
	return nil
}

// list binds a sequence; a single value is a list of one.
func (d decoder) list(n ast.Node, into reflect.Value, path string) {
	nodes := []ast.Node{n}
	switch s := n.(type) {
	case *ast.SequenceNode:
		nodes = s.Values
	case *ast.NullNode:
		nodes = nil
	default:
		if into.Type().Elem().Kind() == reflect.Struct {
			d.faultAt(placeOfToken(n.GetToken()), "%s wants a list, each entry behind a dash", nameOf(path))
			return
		}
	}
	into.Set(reflect.MakeSlice(into.Type(), len(nodes), len(nodes)))
	for i, e := range nodes {
		below := fmt.Sprintf("%s[%d]", path, i)
		d.places[below] = placeOfToken(firstToken(e))
		d.value(e, into.Index(i), below)
	}
}

// firstToken is where a reader sees a node begin; the tree itself gives a map in
// block style the place of its first colon.
func firstToken(n ast.Node) *token.Token {
	switch m := n.(type) {
	case *ast.MappingNode:
		if len(m.Values) > 0 && !m.IsFlowStyle {
			return m.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return m.Key.GetToken()
	}
	return n.GetToken()
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// nameOf is the last part of a path, for people: "listen" of "hosts[1].listen[0]".
func nameOf(path string) string {
	if path == "" {
		return "the file"
	}
	name := path[strings.LastIndexByte(path, '.')+1:]
	if i := strings.IndexByte(name, '['); i > 0 {
		name = name[:i]
	}
	return name
}
