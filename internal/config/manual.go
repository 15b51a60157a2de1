package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// manualWidth is the width of the documents' lines.
const manualWidth = 150

// manual is the reference of all keys as Markdown, headings from the third level on.
func manual() string {
	var b strings.Builder
	section(&b, reflect.TypeFor[Config](), 3)
	b.WriteString("### Keys of later versions\n\n")
	for _, s := range sections {
		if later := laterKeys[s.of]; len(later) > 0 {
			b.WriteString("- " + s.name + ": `" + strings.Join(later, "`, `") + "`\n")
		}
	}
	b.WriteString("\nThey stop the start: a limit that is written down and not kept is worse than none.\n")
	return b.String()
}

// section is the keys of a struct. Those of reviewers and holds stand once, with the
// first that has them.
func section(b *strings.Builder, t reflect.Type, level int) {
	seen := map[reflect.Type]bool{}
	var each func(t reflect.Type, level int)
	each = func(t reflect.Type, level int) {
		seen[t] = true
		fields(t, func(name string, of reflect.Type, k key) {
			fmt.Fprintf(b, "%s %s\n\n", strings.Repeat("#", level), name)
			paragraph(b, k.doc)
			if k.caveat != "" {
				paragraph(b, "Caveat: "+k.caveat)
			}
			if k.later != "" {
				paragraph(b, "Not in this version: "+k.later)
			}
			paragraph(b, k.value(of))
			b.WriteString("\n")
			if under, is := below(of); is && !seen[under] {
				each(under, level+1)
			}
		})
	}
	each(t, level)
}

// value says how the value of a key is written.
func (k key) value(t reflect.Type) string {
	text := "Value: " + k.typeText(t)
	switch {
	case k.required:
		text += ". Required"
	case k.usual != "":
		text += ". Default: " + k.usual
	}
	if k.example != "" {
		text += ". Example: `" + k.example + "`"
	}
	return text
}

func (k key) typeText(t reflect.Type) string {
	switch {
	case k.words != nil:
		text := "one of `" + strings.Join(k.words(), "`, `") + "`"
		if t.Kind() == reflect.Slice {
			text += ", or a list of them"
		}
		return text
	case k.form != "":
		return k.form
	}
	switch reflect.Zero(t).Interface().(type) {
	case time.Duration:
		return "a time"
	case WaitOrOff:
		return "a time, or `off`"
	case bool:
		return "`true` or `false`"
	case int, int64:
		return "a whole number, 1 or more"
	case []string:
		return "a name, or a list of them"
	case string:
		return "a text"
	}
	return "keys and values"
}

// paragraph writes text in lines of manualWidth.
func paragraph(b *strings.Builder, text string) {
	line := 0
	for word := range strings.FieldsSeq(text) {
		n := len([]rune(word))
		switch {
		case line == 0:
		case line+1+n > manualWidth:
			b.WriteByte('\n')
			line = 0
		default:
			b.WriteByte(' ')
			line++
		}
		b.WriteString(word)
		line += n
	}
	b.WriteByte('\n')
}
