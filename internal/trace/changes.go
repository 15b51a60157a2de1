package trace

import "slices"

// Change is a message that holdfast sent of its own accord, or took in and did not
// send on.
type Change struct {
	Entry
	Added bool
}

// mostChanges bounds what Changes looks for: the work grows with its square. A
// session that holdfast changed more often is not one to read by hand.
const mostChanges = 2000

// Changes compares what came in with what went out, the two places of one
// direction, and gives what differs in the order of the file. more says that there
// are others, which were not looked for.
func Changes(in, out []Entry) (changes []Change, more bool) {
	steps, found := shortest(in, out)
	if !found {
		return firstChanges(in, out), true
	}
	for _, s := range steps {
		if s.added {
			changes = append(changes, Change{out[s.at], true})
		} else {
			changes = append(changes, Change{in[s.at], false})
		}
	}
	return inOrder(changes), false
}

// firstChanges is the first message that differs, of each.
func firstChanges(in, out []Entry) (changes []Change) {
	for i := range max(len(in), len(out)) {
		if i < len(in) && i < len(out) && in[i].Text == out[i].Text {
			continue
		}
		if i < len(in) {
			changes = append(changes, Change{in[i], false})
		}
		if i < len(out) {
			changes = append(changes, Change{out[i], true})
		}
		break
	}
	return inOrder(changes)
}

func inOrder(changes []Change) []Change {
	slices.SortStableFunc(changes, func(a, b Change) int { return a.Line - b.Line })
	return changes
}

// step leaves out in[at], or adds out[at].
type step struct {
	at    int
	added bool
}

// shortest is the shortest list of steps that makes out of in: Myers, "An O(ND)
// Difference Algorithm and Its Variations", 1986. found is false when it has more
// than mostChanges.
func shortest(in, out []Entry) (steps []step, found bool) {
	n, m := len(in), len(out)
	var rounds [][]int // furthest x on each diagonal k, at k+d, before round d
	furthest := []int{0, 0, 0}
	for d := 0; d <= min(n+m, mostChanges); d++ {
		rounds = append(rounds, furthest)
		now := make([]int, 2*d+5) // diagonals -d-1 to d+1 around d+2
		for k := -d; k <= d; k += 2 {
			x := reach(furthest, d, k)
			for x < n && x-k < m && in[x].Text == out[x-k].Text {
				x++
			}
			now[k+d+2] = x
			if x >= n && x-k >= m {
				return walkBack(rounds, n, m), true
			}
		}
		furthest = now
	}
	return nil, false
}

// reach is where diagonal k begins in round d: a step down from k+1 (an addition)
// or right from k-1 (one left out), whichever is further.
func reach(before []int, d, k int) int {
	at := k + d + 1 // of k in before, which is of round d-1
	if k == -d || k != d && before[at-1] < before[at+1] {
		return before[at+1]
	}
	return before[at-1] + 1
}

// walkBack finds the steps from the end.
func walkBack(rounds [][]int, n, m int) (steps []step) {
	x, k := n, n-m
	for d := len(rounds) - 1; d > 0; d-- {
		before, at := rounds[d], k+d+1
		if k == -d || k != d && before[at-1] < before[at+1] {
			x = before[at+1]
			k++
			steps = append(steps, step{x - k, true})
		} else {
			x = before[at-1]
			k--
			steps = append(steps, step{x, false})
		}
	}
	return steps
}
