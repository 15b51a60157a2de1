package rules

import (
	_ "embed"
	"strings"
)

// contribFunctions are the functions of the extensions in PostgreSQL's own contrib
// modules that are known as harmless, and the extension of each; see
// words/extensions.sh for which and why.
//
//go:embed words/extensions.txt
var contribFunctions string

// otherFunctions are those of extensions from elsewhere, from their manuals. A name
// that ends in * stands for all that begin so.
//
//go:embed words/extensions_other.txt
var otherFunctions string

var extensionFunctions, extensionPrefixes = func() (names map[string]struct{}, prefixes []string) {
	names = make(map[string]struct{})
	for line := range strings.Lines(contribFunctions + otherFunctions) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if prefix, ok := strings.CutSuffix(name, "*"); ok {
			prefixes = append(prefixes, prefix)
		} else {
			names[name] = struct{}{}
		}
	}
	return names, prefixes
}()

// extensionSchemas are where extensions are installed; a function of such a name in
// another schema is somebody's own.
var extensionSchemas = map[string]bool{"": true, "public": true, "extensions": true, "postgis": true, "vector": true}

// ofExtension says whether a function is taken for that of an extension known as
// harmless. A name is all there is to go by: who gives a function of his own the
// name of one of these has it taken for that. docs/security.md says so.
func ofExtension(name Relation) bool {
	if !extensionSchemas[name.Schema] {
		return false
	}
	if _, ok := extensionFunctions[name.Name]; ok {
		return true
	}
	for _, prefix := range extensionPrefixes {
		if strings.HasPrefix(name.Name, prefix) {
			_, edits := editsTopology[name.Name]
			return !edits
		}
	}
	return false
}

// editsTopology are the functions of PostGIS that begin with st_ and change tables:
// those that edit a topology, and one that makes a table.
var editsTopology = wordSet(`st_addisonode
st_addisoedge
st_addedgenewfaces
st_addedgemodface
st_remedgenewface
st_remedgemodface
st_remisonode
st_remisoedge
st_removeisonode
st_removeisoedge
st_changeedgegeom
st_modedgesplit
st_modedgeheal
st_newedgessplit
st_newedgeheal
st_moveisonode
st_createtopogeo
st_inittopogeo
st_createoverview
`)
