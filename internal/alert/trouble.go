package alert

import "sync"

// trouble is a fault that lasts, told when it begins and when it is over. The zero
// value is none.
type trouble struct {
	mu   sync.Mutex
	text string
}

// now notes how it is: nil is well. changed is called with the text of the fault when
// it was well before, and with none when it is again.
func (t *trouble) now(err error, changed func(text string)) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	t.mu.Lock()
	before := t.text
	t.text = text
	t.mu.Unlock()
	if (before == "") != (text == "") {
		changed(text)
	}
}

// is the fault, or empty.
func (t *trouble) is() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text
}
