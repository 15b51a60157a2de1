package wording

import (
	"fmt"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// TransactionScope is what somebody grants who approves a transaction, in one sentence;
// most says for how long at most: "30 min".
func TransactionScope(most string) string {
	return fmt.Sprintf("what else is held in the same transaction goes on without being asked again, until it commits or rolls back, for %s at most; "+
		"you will not have seen it, and each statement is recorded", most)
}

// AsksAgain is what an approval of a transaction is not for.
const AsksAgain = "Asked again is what needs more people or a typed name, what cannot be read, and what a rollback does not undo."

// WentOn says how many statements went on under an approval of a transaction.
func WentOn(c hold.Coverage) string {
	text := Count(len(c.Passed), "further statement") + " went on under the approval of this transaction"
	if c.Open {
		return text + ", and more may until it ends"
	}
	return text
}
