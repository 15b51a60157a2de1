package fakeslack

import "time"

// View is a modal that somebody has before them.
type View struct {
	ID, User, Callback, Private string
	Title                       string
	Blocks                      []map[string]any
}

// trigger lets one modal be opened, soon after a click.
type trigger struct {
	user string
	at   time.Time
	used bool
}

// triggerLife is how long one is good for; docs.slack.dev, "Opening a modal".
const triggerLife = 3 * time.Second

func (s *Slack) openView(req request) (map[string]any, string) {
	t := s.triggers[req.text("trigger_id")]
	switch {
	case t == nil:
		return nil, s.fault("invalid_trigger_id", "a modal for a trigger that nobody gave")
	case time.Since(t.at) > triggerLife:
		return nil, "expired_trigger_id"
	case t.used:
		return nil, s.fault("exchanged_trigger_id", "a second modal for one click")
	}
	t.used = true
	v, _ := req.values["view"].(map[string]any)
	c := &checker{ids: map[string]bool{}, file: s.fileLocked}
	c.keys("view", v, "type", "title", "blocks", "close?", "submit?", "callback_id?", "private_metadata?")
	if v["type"] != "modal" {
		c.fault("the view is a %v", v["type"])
	}
	for _, part := range []string{"title", "submit", "close"} {
		if v[part] != nil {
			c.text("view."+part, v[part], 24, "plain_text")
		}
	}
	if units(str(v["private_metadata"])) > 3000 || units(str(v["callback_id"])) > 255 {
		c.fault("private_metadata or callback_id is too long")
	}
	view := View{ID: "V" + s.stamp(), User: t.user, Callback: str(v["callback_id"]), Private: str(v["private_metadata"])}
	list, _ := v["blocks"].([]any)
	if len(list) == 0 || len(list) > maxViewBlocks {
		c.fault("the view has %d blocks", len(list))
	}
	for _, b := range list {
		block, _ := b.(map[string]any)
		c.block("view", block)
		view.Blocks = append(view.Blocks, block)
	}
	if c.inputs && v["submit"] == nil {
		c.fault("the view has fields and no submit")
	}
	if word := s.checked(req.method, c, 3*maxAll); word != "" {
		return nil, word
	}
	view.Title = str(v["title"].(map[string]any)["text"])
	s.views = append(s.views, view)
	return map[string]any{"view": map[string]any{"id": view.ID}}, ""
}

// AwaitView waits for a modal that somebody is shown, and takes it.
func (s *Slack) AwaitView(user string) View {
	s.t.Helper()
	var found View
	s.Await("a modal for "+user, func() bool {
		for i, v := range s.views {
			if v.User == user {
				found = v
				s.views = append(s.views[:i], s.views[i+1:]...)
				return true
			}
		}
		return false
	})
	return found
}
