package rules

// firstWords begin statements that do nothing by themselves that Facts would
// have to tell.
var firstWords = wordSet("select\nwith\nvalues\ntable\ninsert\nshow\nexplain\nlisten\nunlisten\nnotify\n")

// dangerWords are the keywords that a statement with such a first word needs to
// destroy anything, and for good measure those that begin other statements.
var dangerWords = wordSet("delete\nupdate\ntruncate\ndrop\nmerge\nalter\ncopy\ndo\ncall\nexecute\n" +
	"create\nprepare\ndeclare\nrefresh\ndetach\nset\ndrop_replication_slot\nalter_replication_slot\n")

// beforeBy are the words with which BY ( is no call of a function named by.
var beforeBy = wordSet("group\norder\npartition\n")

// dangerMask says by the first letter which lengths a danger word has.
var dangerMask = func() (m [256]uint32) {
	for w := range dangerWords {
		m[w[0]] |= 1 << len(w)
		m[w[0]&^0x20] |= 1 << len(w)
	}
	return m
}()

// harmlessCalls are the built-in functions that neither run text, destroy, nor
// set anything that decides how text is read.
var harmlessCalls = func() map[string]struct{} {
	set := make(map[string]struct{}, len(builtIn))
	for name := range builtIn {
		_, runs := codeRunners[name]
		_, destroys := destroyers[name]
		if !runs && !destroys && name != setConfig {
			set[name] = struct{}{}
		}
	}
	return set
}()

// setConfig is SET as a function.
const setConfig = "set_config"
