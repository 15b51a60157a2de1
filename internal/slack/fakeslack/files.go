package fakeslack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// File is a file of the workspace.
type File struct {
	ID, Name, Title string
	Content         []byte
	Shared          bool // in a channel, where everybody sees it apart from any message
	length          int  // as announced
	done            bool
	refused         int // messages with it that are refused before it is known
}

// SetSlowFiles makes it refuse so many messages with each file before it knows the
// file, as Slack does while it looks at it.
func (s *Slack) SetSlowFiles(refusals int) { s.set(func() { s.slowFiles = refusals }) }

// Files are those that were sent whole.
func (s *Slack) Files() (all []File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		if f.done {
			all = append(all, *f)
		}
	}
	return all
}

// fileLocked is nil for an id that nobody has.
func (s *Slack) fileLocked(id string) *File {
	for _, f := range s.files {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func (s *Slack) uploadURL(req request) (map[string]any, string) {
	if word := s.scoped("files:write"); word != "" {
		return nil, word
	}
	length, err := strconv.Atoi(req.text("length"))
	if err != nil || length <= 0 || req.text("filename") == "" {
		return nil, s.fault("invalid_arguments", "a file of %q bytes with the name %q", req.text("length"), req.text("filename"))
	}
	s.serial++
	f := &File{ID: fmt.Sprintf("F0FILE%04d", s.serial), Name: req.text("filename"), length: length, refused: s.slowFiles}
	s.files = append(s.files, f)
	return map[string]any{"upload_url": s.server.URL + "/upload/" + f.ID, "file_id": f.ID}, ""
}

// serveUpload takes the bytes of a file.
func (s *Slack) serveUpload(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed.Broadcast()
	s.calls = append(s.calls, Call{Method: "upload"})
	failure := s.takeFailure("upload")
	f := s.fileLocked(strings.TrimPrefix(r.URL.Path, "/upload/"))
	switch {
	case s.down || failure.HangUp:
		hangUp(w)
	case failure.Status != 0:
		w.WriteHeader(failure.Status)
	case err != nil || f == nil || r.Method != http.MethodPost || len(content) != f.length:
		s.fault("", "an upload by %s to %s of %d bytes", r.Method, r.URL.Path, len(content))
		w.WriteHeader(http.StatusBadRequest)
	default:
		if r.Header.Get("Authorization") != "" || bytes.Contains(content, []byte(BotToken)) {
			s.fault("", "an upload carries a token, which its place does not need")
		}
		f.Content = content
		fmt.Fprintf(w, "OK - %d", len(content))
	}
}

func (s *Slack) completeUpload(req request) (map[string]any, string) {
	if word := s.scoped("files:write"); word != "" {
		return nil, word
	}
	var named []struct{ ID, Title string }
	if err := json.Unmarshal([]byte(req.text("files")), &named); err != nil || len(named) != 1 {
		return nil, s.fault("invalid_arguments", "files is %q", req.text("files"))
	}
	f := s.fileLocked(named[0].ID)
	if f == nil || f.Content == nil {
		return nil, s.fault("file_not_found", "the file %q was not sent", named[0].ID)
	}
	f.Title, f.done, f.Shared = named[0].Title, true, req.text("channel_id")+req.text("channels") != ""
	return map[string]any{"files": []any{map[string]any{"id": f.ID, "title": f.Title}}}, ""
}

// image notes what is wrong with a block that shows a file, and whether Slack refuses
// it because it does not know the file yet.
func (c *checker) image(at string, b map[string]any) {
	c.keys(at, b, "type", "slack_file", "alt_text", "title?", "block_id?")
	if alt := str(b["alt_text"]); alt == "" || units(alt) > 2000 {
		c.fault("%s: the words for who does not see it have %d characters", at, units(alt))
	} else {
		c.plain(at+".alt_text", alt)
	}
	if b["title"] != nil {
		c.text(at+".title", b["title"], 2000, "plain_text")
	}
	shown, _ := b["slack_file"].(map[string]any)
	f := c.file(str(shown["id"]))
	switch {
	case f == nil || !f.done:
		c.fault("%s shows the file %v, which is not there", at, shown)
	case f.refused > 0:
		f.refused--
		c.early = true
	default:
		if _, err := png.Decode(bytes.NewReader(f.Content)); err != nil {
			c.fault("%s shows a file that is no PNG: %v", at, err)
		}
	}
}

// choices notes what is wrong with the options of a menu.
func (c *checker) choices(at string, v any, most int) {
	values := map[string]bool{}
	c.each(at, v, most, func(at string, e any) {
		o, _ := e.(map[string]any)
		c.keys(at, o, "text", "value")
		c.text(at, o["text"], 75, "plain_text")
		value := str(o["value"])
		if value == "" || units(value) > 150 || values[value] {
			c.fault("%s: the value %q is empty, too long or not the only one", at, value)
		}
		values[value] = true
	})
}

// element notes what is wrong with what can be clicked.
func (c *checker) element(at string, v any, actions map[string]bool) {
	e, _ := v.(map[string]any)
	switch e["type"] {
	case "static_select":
		c.keys(at, e, "type", "placeholder", "action_id", "options", "confirm?")
		c.text(at+".placeholder", e["placeholder"], 150, "plain_text")
		c.choices(at+".options", e["options"], 100)
	case "overflow":
		c.keys(at, e, "type", "action_id", "options", "confirm?")
		c.choices(at+".options", e["options"], 5)
	default:
		c.button(at, v, actions)
		return
	}
	id := str(e["action_id"])
	if id == "" || actions[id] || units(id) > 255 {
		c.fault("%s: the action_id %q is empty, too long or not the only one", at, id)
	}
	actions[id] = true
	if e["confirm"] != nil {
		c.confirm(at+".confirm", e["confirm"])
	}
}

// Choose is the payload of somebody choosing from a menu of a message the option whose
// value ends in a word.
func (s *Slack) Choose(user string, m Message, action, word string) map[string]any {
	s.t.Helper()
	for _, b := range m.Blocks {
		elements, _ := b["elements"].([]any)
		for _, e := range elements {
			menu, _ := e.(map[string]any)
			options, _ := menu["options"].([]any)
			for _, o := range options {
				option, _ := o.(map[string]any)
				if menu["action_id"] == action && strings.HasSuffix(str(option["value"]), " "+word) {
					return s.payload(user, m, map[string]any{
						"type": menu["type"], "action_id": action, "block_id": b["block_id"], "selected_option": option, "action_ts": "1795482999.000100",
					})
				}
			}
		}
	}
	s.t.Fatalf("fakeslack: %s has no menu %s with %s: %v", m.TS, action, word, m.Blocks)
	return nil
}
