package slack

// admission is whether a click is worked on.
type admission int

const (
	turnedAway admission = iota // too many, or the App is closing
	cameBefore                  // Slack delivered it once more
	admitted                    // it has a place, and is counted in clicks
)

// admit gives a click its place. It is known by the envelope it came in and by its
// trigger, either of which Slack uses once.
func (a *App) admit(envelope, trigger string) admission {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closing {
		return turnedAway
	}
	select {
	case a.places <- struct{}{}:
	default:
		a.log.Warn().Int("clicks", maxClicks).Msg("too many clicks at once; one was left unanswered")
		return turnedAway
	}
	fresh, other := a.seen.first(envelope), a.seen.first(trigger) // both are to be remembered
	if !fresh || !other {
		<-a.places
		return cameBefore
	}
	a.clicks.Add(1)
	return admitted
}
