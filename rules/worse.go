package rules

import "slices"

// severity orders the actions from harmless to final.
func severity(a Action) int {
	switch a {
	case Allow:
		return 0
	case Warn:
		return 1
	case Measure:
		return 2
	case Refuse:
		return 4
	}
	return 3 // Hold, and whatever is none of them
}

// Worse is the worse of two verdicts on parts of one text or batch. Of two that
// are as bad it is the first, with the effects of both and a reason that counts
// them. It changes neither.
func Worse(a, b Verdict) Verdict {
	var t tally
	t.add(a)
	t.add(b)
	return t.verdict()
}

// tally collects the worst verdict of many. The zero value allows.
type tally struct {
	some  bool
	worst Verdict // with effects of its own to append to
	more  int     // as bad ones that have no effects to name
}

func (t *tally) add(v Verdict) {
	was, is := -1, severity(v.Action)
	if t.some {
		was = severity(t.worst.Action)
	}
	switch {
	case is > was:
		if len(v.Effects) > 1 && v.Action != Warn {
			v.Reason = v.Effects[0].String() // it is counted anew
		}
		v.Effects, v.Terms = slices.Clone(v.Effects), slices.Clone(v.Terms)
		t.some, t.worst, t.more = true, v, 0
	case is == was && is > 0:
		t.worst.Effects = append(t.worst.Effects, v.Effects...)
		t.worst.Terms = bothTerms(t.worst.Terms, v.Terms)
		t.worst.Braked = t.worst.Braked || v.Braked
		if len(v.Effects) == 0 {
			t.more++
		}
	}
}

// verdict is the worst one, its reason counting the others that are as bad.
func (t *tally) verdict() Verdict {
	v := t.worst
	if !t.some {
		v.Action = Allow
	}
	if v.Action != Warn { // whose reason names what plants
		v.Reason = reasonOf(v.Reason, v.Effects, t.more)
	}
	return v
}

// bothTerms are the terms of two verdicts that hold. None are those of the host,
// which count beside those of a rule.
func bothTerms(a, b []Terms) []Terms {
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	for _, list := range []*[]Terms{&a, &b} {
		if len(*list) == 0 {
			*list = []Terms{{}}
		}
	}
	for _, t := range b {
		if !slices.Contains(a, t) {
			a = append(a, t)
		}
	}
	return a
}
