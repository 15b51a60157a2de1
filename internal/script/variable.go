package script

// Variable is a place where psql puts the value of one of its variables.
type Variable struct {
	Name     string
	Quote    Quote
	Pos, End int // in Statement.SQL

	// Value is what the script has set it to, a word that needs no quotes. Empty
	// where that is not known.
	Value string
}

// Quote says what psql makes of the value.
type Quote uint8

// The ways in which a variable is put into a text (manual, psql, "SQL
// Interpolation").
const (
	Raw     Quote = iota // :name, the value as it is
	Literal              // :'name', a string literal
	Name                 // :"name", a quoted identifier
	Defined              // :{?name}, TRUE or FALSE
)

// variableAt reads the variable that begins with the colon at pos.
func variableAt(text []byte, pos int) (v Variable, ok bool) {
	open, end := pos+1, byte(0)
	if open >= len(text) {
		return v, false
	}
	switch text[open] {
	case '\'':
		v.Quote, end = Literal, '\''
	case '"':
		v.Quote, end = Name, '"'
	case '{':
		if open+1 >= len(text) || text[open+1] != '?' {
			return v, false
		}
		open++
		v.Quote, end = Defined, '}'
	}
	if end != 0 {
		open++
	}
	at := open
	for at < len(text) && inVariable(text[at]) {
		at++
	}
	v.Name, v.Pos = string(text[open:at]), pos
	switch {
	case at == open, end == 0 && digitsAlone(v.Name):
		return v, false
	case end == 0:
	case at < len(text) && text[at] == end:
		at++
	default:
		return v, false
	}
	v.End = at
	return v, true
}

// inVariable says whether psql takes the byte for part of a variable's name.
func inVariable(c byte) bool {
	return c >= 0x80 || c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// digitsAlone is true of the upper bound in a[1:2].
func digitsAlone(name string) bool {
	for i := range len(name) {
		if name[i] < '0' || name[i] > '9' {
			return false
		}
	}
	return true
}
