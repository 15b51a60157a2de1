package rules

import "strings"

// opinion is what a rule that matches says of one effect.
func (r *Rule) opinion(one []Effect, usual *Verdict) Verdict {
	v := Verdict{Action: r.Action, Rule: r.Name, Effects: one}
	switch r.Action {
	case Allow:
		return Verdict{Action: Allow}
	case Refuse:
		v.SQLState, v.Why = "ZH004", "the policy refuses it"+r.When.hours()
		if usual.SQLState != "" {
			v.SQLState = usual.SQLState
		}
	case Measure:
		v.Why = whyUncounted
	case Warn:
		v.Why = "the policy warns of it"
	default:
		v.Action, v.Terms = Hold, []Terms{r.Terms}
		v.Why = "the policy asks about it" + r.When.hours()
		if usual.Action == Hold && usual.Why != "" {
			v.Why = usual.Why
		}
	}
	return v
}

// hours says when a rule applies, if it does not always.
func (w *When) hours() string {
	var parts []string
	for _, at := range w.Inside {
		parts = append(parts, at.String())
	}
	text := strings.Join(parts, " and ")
	if text != "" {
		text = " in " + text
	}
	for i, at := range w.Outside {
		word := " outside of "
		if i > 0 {
			word = " and "
		}
		text += word + at.String()
	}
	return text
}
