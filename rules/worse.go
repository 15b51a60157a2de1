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
// them. It changes neither, and may share their effects and terms.
func Worse(a, b Verdict) Verdict {
	var t tally
	t.add(&a)
	t.add(&b)
	return t.verdict()
}

// tally collects the worst verdict of many. The zero value allows.
type tally struct {
	some  bool
	worst Verdict // whose effects and terms are copied where others are appended
	more  int     // as bad ones that have no effects to name
}

// add adds a verdict, which it does not change.
func (t *tally) add(v *Verdict) {
	was, is := -1, severity(v.Action)
	if t.some {
		was = severity(t.worst.Action)
	}
	switch {
	case is > was:
		t.some, t.worst, t.more = true, *v, 0
		if len(v.Effects) > 1 && v.Action != Warn {
			t.worst.Reason = "" // it is counted anew
		}
		t.worst.Effects, t.worst.Terms = slices.Clip(v.Effects), slices.Clip(v.Terms)
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
	if v.Reason = v.reason(); v.Action != Warn { // whose reason names what plants
		v.Reason = reasonOf(v.Reason, v.Effects, t.more)
	}
	return v
}

// reason is that of the verdict, or the words of its first effect where none was given.
func (v *Verdict) reason() string {
	if v.Reason == "" && len(v.Effects) > 0 {
		return v.Effects[0].phrase()
	}
	return v.Reason
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
