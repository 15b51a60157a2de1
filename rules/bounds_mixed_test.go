package rules

import (
	"math/rand"
	"slices"
	"sort"
	"strings"
	"testing"

	pgquery "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// grow are ways to make an expression longer; # is what it was.
var grow = []string{
	"# + 1", "1 - #", "# || 'a'", "#::text", `# collate "C"`, "not #", "- #", "@ #", "# is null", "# is not true", "# isnull",
	"# and true", "true and #", "# or a = 1", "a or #", "# between 1 and 2", "a between 1 and not #", "not # between 1 and 2",
	"case when # then 1 end", "case # when 1 then 2 else 3 end", "case when true and a then # else 1 end", "(#)", "lower(#)", "f(1, #, 2)",
	"array[1, #]", "(#, 1)", "# in (1, 2)", "1 in (#)", "(select # )", "exists (select 1, # from t where a and b)", "# like 'x'", "a like not #",
	"# at time zone 'utc'", "# is distinct from 1", "1 is distinct from not #", "# operator(pg_catalog.+) 1", "cast(# as int)", "coalesce(1, #)",
	"(#).b", "a[#]", "(select 1 union select 2, #)", "(select 1 from a join b on # join c on true)", "(with x as (select #) select 1 from x)",
}

// TestMixedNesting: whatever mixture of productions the bound lets through, the
// tree is not deeper than a fixed multiple of it.
func TestMixedNesting(t *testing.T) {
	random := rand.New(rand.NewSource(3))
	deepest, parsed := 0, 0
	for range 150 {
		// Runs of a few productions, the longest that is within bounds.
		var steps []string
		for range 1 + random.Intn(4) {
			step := grow[random.Intn(len(grow))]
			for range 1 + random.Intn(700) {
				steps = append(steps, step)
			}
		}
		n := sort.Search(len(steps), func(n int) bool { return beyond([]byte(grown(steps[:n+1]))) != "" })
		if tree, err := pgquery.Parse(grown(steps[:n])); err == nil {
			parsed++
			deepest = max(deepest, treeDepth(tree.ProtoReflect()))
		}
	}
	t.Logf("%d of the texts are SQL, the deepest tree has %d levels", parsed, deepest)
	if parsed < 50 {
		t.Errorf("only %d of the texts are SQL", parsed)
	}
	if deepest > 8*maxNesting {
		t.Errorf("a tree within bounds has %d levels", deepest)
	}
}

// grown applies the steps, the first one innermost.
func grown(steps []string) string {
	var before []string
	var after strings.Builder
	for _, step := range steps {
		head, tail, _ := strings.Cut(step, "#")
		before = append(before, head)
		after.WriteString(tail)
	}
	slices.Reverse(before)
	return "select " + strings.Join(before, "") + "1" + after.String()
}

func treeDepth(m protoreflect.Message) int {
	deepest := 0
	children(m, func(child protoreflect.Message) { deepest = max(deepest, treeDepth(child)) })
	return deepest + 1
}
