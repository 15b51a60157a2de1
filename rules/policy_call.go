package rules

import (
	_ "embed"
	"strconv"
	"strings"
)

// largeObjectFunctions are the OIDs and names of the built-in functions on large
// objects, of servers 15 to 18; see words/generate.sh.
//
//go:embed words/largeobjects.txt
var largeObjectFunctions string

var largeObjects = func() map[uint32]string {
	set := make(map[uint32]string)
	for line := range strings.Lines(largeObjectFunctions) {
		oid, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n, err := strconv.ParseUint(oid, 10, 32); err == nil {
			set[uint32(n)] = name
		}
	}
	return set
}()

// JudgeCall gives the verdict on a FunctionCall message for the function with
// the OID. psql's \lo_import, pg_restore and JDBC's large objects live on it:
// the lo_ functions pass, but for those that destroy; every other is held.
func (p *Policy) JudgeCall(o Origin, oid uint32) Verdict {
	name, ok := largeObjects[oid]
	if !ok {
		v := Verdict{
			Action: Hold, Rule: ruleOpaque,
			Reason: "FunctionCall of the function with OID " + strconv.FormatUint(uint64(oid), 10),
			Why:    "what it runs is not known",
		}
		j := judging{policy: p, origin: o}
		reason := v.Reason
		if j.byRules(&v, []Effect{{Verb: VerbCall, Object: "FUNCTION"}}); v.Action != Allow {
			v.Reason = reason
		}
		return v
	}
	if _, destroys := destroyers[name]; destroys {
		return p.one(o, Effect{Verb: VerbFunction, Object: "FUNCTION", Target: Relation{Name: name}})
	}
	return Verdict{Action: Allow}
}
