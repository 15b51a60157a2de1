package fakeslack

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// The limits are those of docs.slack.dev/reference/block-kit, and that of all
// blocks together was found by others.
const (
	maxBlocks     = 50
	maxViewBlocks = 100
	maxAll        = 13000
)

// checkMessage is a word when Slack would not take the text and blocks.
func (s *Slack) checkMessage(req request) string {
	text, blocks := req.text("text"), req.blocks()
	switch {
	case text == "":
		return s.fault("no_text", "%s has no text, which notifications and screen readers need", req.method)
	case len(text) > 4000:
		return s.fault("msg_too_long", "%s has a text of %d bytes", req.method, len(text))
	case len(blocks) > maxBlocks:
		return s.fault("invalid_blocks", "%s has %d blocks", req.method, len(blocks))
	}
	if req.method == "chat.postMessage" || req.method == "chat.update" {
		if req.text("unfurl_links") != "false" || req.text("unfurl_media") != "false" {
			s.fault("", "%s lets Slack fetch the links of a statement", req.method)
		}
	}
	c := &checker{ids: map[string]bool{}, file: s.fileLocked}
	if req.text("mrkdwn") == "false" {
		c.plain("text", text)
	} else {
		c.mrkdwn("text", text)
	}
	for i, b := range blocks {
		c.block(fmt.Sprintf("blocks[%d]", i), b)
	}
	return s.checked(req.method, c, maxAll)
}

func (s *Slack) checked(method string, c *checker, most int) string {
	if c.total > most {
		return s.fault("msg_blocks_too_long", "%s: the blocks have %d characters together", method, c.total)
	}
	for _, fault := range c.faults {
		s.fault("", "%s: %s", method, fault)
	}
	if len(c.faults) > 0 || c.early {
		return "invalid_blocks"
	}
	return ""
}

// checker looks through blocks and notes what is wrong.
type checker struct {
	faults []string
	ids    map[string]bool
	total  int // characters in all texts
	inputs bool
	file   func(id string) *File
	early  bool // it shows a file that Slack does not know yet
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// keys notes what is unknown and what is missing. Of wanted, those with a question
// mark may be missing.
func (c *checker) keys(at string, v map[string]any, wanted ...string) {
	known := map[string]bool{}
	for _, key := range wanted {
		name, optional := strings.CutSuffix(key, "?")
		known[name] = true
		if _, there := v[name]; !there && !optional {
			c.fault("%s has no %s: %v", at, name, v)
		}
	}
	for key := range v {
		if !known[key] {
			c.fault("%s has an unknown key %s", at, key)
		}
	}
}

func (c *checker) block(at string, b map[string]any) {
	at += " (" + str(b["type"]) + ")"
	if id := str(b["block_id"]); id != "" {
		if c.ids[id] || units(id) > 255 {
			c.fault("%s: the block_id %q is too long or not the only one", at, id)
		}
		c.ids[id] = true
	}
	switch b["type"] {
	case "header":
		c.keys(at, b, "type", "text", "block_id?")
		c.text(at, b["text"], 150, "plain_text")
	case "section":
		c.section(at, b)
	case "context":
		c.keys(at, b, "type", "elements", "block_id?")
		c.each(at, b["elements"], 10, func(at string, e any) { c.text(at, e, 2000, "plain_text", "mrkdwn") })
	case "actions":
		c.keys(at, b, "type", "elements", "block_id?")
		actions := map[string]bool{}
		c.each(at, b["elements"], 25, func(at string, e any) { c.element(at, e, actions) })
	case "image":
		c.image(at, b)
	case "input":
		c.input(at, b)
	default:
		c.fault("%s is no block that holdfast needs", at)
	}
}

func (c *checker) section(at string, b map[string]any) {
	c.keys(at, b, "type", "text?", "fields?", "block_id?")
	if b["text"] == nil && b["fields"] == nil {
		c.fault("%s has neither text nor fields", at)
	}
	if b["text"] != nil {
		c.text(at, b["text"], 3000, "plain_text", "mrkdwn")
	}
	if b["fields"] != nil {
		c.each(at, b["fields"], 10, func(at string, e any) { c.text(at, e, 2000, "plain_text", "mrkdwn") })
	}
}

func (c *checker) each(at string, v any, most int, check func(string, any)) {
	list, _ := v.([]any)
	if len(list) == 0 || len(list) > most {
		c.fault("%s has %d elements; 1 to %d may be", at, len(list), most)
	}
	for i, e := range list {
		check(fmt.Sprintf("%s[%d]", at, i), e)
	}
}

func (c *checker) text(at string, v any, most int, kinds ...string) {
	t, ok := v.(map[string]any)
	if !ok {
		c.fault("%s has no text object", at)
		return
	}
	kind, text := str(t["type"]), str(t["text"])
	switch {
	case !slices.Contains(kinds, kind):
		c.fault("%s: a text of type %q cannot be here", at, kind)
	case text == "" || units(text) > most:
		c.fault("%s: a text of %d characters; 1 to %d may be: %.60q", at, units(text), most, text)
	}
	c.total += units(text)
	if kind == "mrkdwn" {
		c.keys(at, t, "type", "text", "verbatim?")
		if t["verbatim"] != true {
			c.fault("%s is not verbatim, so Slack makes links and mentions of what looks like one", at)
		}
		c.mrkdwn(at, text)
		return
	}
	c.keys(at, t, "type", "text", "emoji?")
	if t["emoji"] != false {
		c.fault("%s turns :words: into pictures", at)
	}
	c.plain(at, text)
}

// plain notes what is not escaped in a text without marks.
func (c *checker) plain(at, text string) {
	c.bare(at, text)
	if strings.ContainsAny(entity.ReplaceAllString(text, ""), "&<>") {
		c.fault("%s is not escaped: %q", at, text)
	}
}

var (
	entity = regexp.MustCompile(`&(amp|lt|gt);`)
	mark   = regexp.MustCompile(`<(@[UW][A-Z0-9]+|!date\^\d+\^[^|<>^]+\|[^|<>]+|https?://[^|<>]+(\|[^|<>]+)?)>`)
)

// mrkdwn notes what Slack would take for its own marks and is not one of ours.
func (c *checker) mrkdwn(at, text string) {
	c.bare(at, text)
	rest := entity.ReplaceAllString(mark.ReplaceAllString(text, ""), "")
	if strings.ContainsAny(rest, "&<>") {
		c.fault("%s is not escaped: %q", at, text)
	}
	if strings.Count(text, "```")%2 != 0 {
		c.fault("%s opens a block of code and does not close it: %q", at, text)
	}
}

// bare notes characters that move, turn or hide text.
func (c *checker) bare(at, text string) {
	if !utf8.ValidString(text) {
		c.fault("%s is no UTF-8: %q", at, text)
	}
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			c.fault("%s has the character %U", at, r)
		}
	}
}

func (c *checker) button(at string, v any, actions map[string]bool) {
	b, _ := v.(map[string]any)
	c.keys(at, b, "type", "text", "action_id", "value?", "url?", "style?", "confirm?")
	if b["type"] != "button" {
		c.fault("%s is a %v", at, b["type"])
	}
	c.text(at, b["text"], 75, "plain_text")
	id := str(b["action_id"])
	if id == "" || actions[id] || units(id) > 255 {
		c.fault("%s: the action_id %q is empty, too long or not the only one", at, id)
	}
	actions[id] = true
	if units(str(b["value"])) > 2000 || units(str(b["url"])) > 3000 {
		c.fault("%s: its value or url is too long", at)
	}
	if style := b["style"]; style != nil && style != "primary" && style != "danger" {
		c.fault("%s: style %v", at, style)
	}
	if b["confirm"] != nil {
		c.confirm(at+".confirm", b["confirm"])
	}
}

func (c *checker) confirm(at string, v any) {
	d, _ := v.(map[string]any)
	c.keys(at, d, "title", "text", "confirm", "deny", "style?")
	c.text(at, d["title"], 100, "plain_text")
	c.text(at, d["text"], 300, "plain_text")
	c.text(at, d["confirm"], 30, "plain_text")
	c.text(at, d["deny"], 30, "plain_text")
}

func (c *checker) input(at string, b map[string]any) {
	c.inputs = true
	c.keys(at, b, "type", "label", "element", "block_id", "hint?", "optional?")
	c.text(at, b["label"], 2000, "plain_text")
	if b["hint"] != nil {
		c.text(at, b["hint"], 2000, "plain_text")
	}
	e, _ := b["element"].(map[string]any)
	c.keys(at, e, "type", "action_id", "multiline?", "max_length?", "min_length?")
	if e["type"] != "plain_text_input" {
		c.fault("%s: a field of type %v", at, e["type"])
	}
	if n, _ := e["max_length"].(float64); n > 3000 {
		c.fault("%s: max_length %v", at, n)
	}
}

func str(v any) string {
	text, _ := v.(string)
	return text
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

func (m *Message) has(words []string) bool {
	return contains(m.Text+" "+fmt.Sprint(m.Blocks), words)
}

func contains(text string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}
