package session

import (
	"github.com/holdfast-db/holdfast/rules"
)

// recentTexts is how many texts a session remembers that it has prepared: those of a
// usual transaction.
const recentTexts = 8

// recent are texts that were prepared lately. Many drivers prepare the same few again
// for each run, and what is known of one is the same each time. The zero value is none.
type recent struct {
	texts [recentTexts]struct {
		facts *rules.Facts // of prepared, to be found without a look at that
		*prepared
	}
	next int
}

// find is what was kept of a text the last time, if that is all the same as p; nil if
// not. keeps says that text and types are kept.
func (r *recent) find(p *prepared, keeps bool, text, types []byte) *prepared {
	for i := range r.texts {
		if r.texts[i].facts != p.facts {
			continue
		}
		last := r.texts[i].prepared
		if last.word == p.word && last.policy == p.policy && alike(&last.verdict, &p.verdict) &&
			(!keeps || last.text == string(text) && last.types == string(types)) {
			return last
		}
	}
	return nil
}

// add remembers a text in the place of the oldest one. A long one is not worth it.
func (r *recent) add(p *prepared) {
	if p.standIn != 0 || len(p.text)+len(p.types) > shortText {
		return
	}
	at := &r.texts[r.next]
	at.facts, at.prepared = p.facts, p
	r.next = (r.next + 1) % recentTexts
}

// alike says that two verdicts on the same facts, by which these go on, are the same.
func alike(a, b *rules.Verdict) bool {
	return a.Action == b.Action && (a.Action == rules.Allow || a.Action == rules.Measure) &&
		a.Rule == b.Rule && a.Reason == b.Reason && a.Why == b.Why && a.SQLState == b.SQLState && a.Braked == b.Braked &&
		len(a.Terms)+len(b.Terms) == 0 && len(a.Effects) == len(b.Effects) &&
		(len(a.Effects) == 0 || &a.Effects[0] == &b.Effects[0])
}
