package simulate

import (
	"strconv"
	"strings"
)

// statement is one statement as the model understands it. form is its text with
// numbers written #, strings $, parameters ? and names of the test @: see forms.
type statement struct {
	form    string
	names   []string // what @ stands for
	numbers []int    // what # stands for
	strings []string // what $ stands for
	body    *statement
	source  string     // the text of the message it came in
	returns portalKind // as described: fixed when it is parsed
	types   []byte     // declared parameter types as in Parse
}

// table is the table or other name that the statement is about.
func (s *statement) name() string { return s.names[0] }

// params is how many parameters it takes.
func (s *statement) params() int { return strings.Count(s.form, "?") }

// readText is the server's raw parser. Text that it does not know is a syntax
// error; whether a backslash escapes depends on the setting at that moment.
func readText(text string, standardStrings bool) (list []*statement, ok bool) {
	list = []*statement{}
	var tokens []token
	l := lexer{text: text, standard: standardStrings}
	for {
		t, ok := l.next()
		if !ok {
			return nil, false
		}
		if t.kind != ';' && t.kind != 0 {
			tokens = append(tokens, t)
			continue
		}
		if len(tokens) > 0 {
			s, ok := understand(tokens)
			if !ok {
				return nil, false
			}
			s.source = text
			list = append(list, s)
		}
		if t.kind == 0 {
			return list, true
		}
		tokens = nil
	}
}

// understand makes a statement of its tokens.
func understand(tokens []token) (*statement, bool) {
	s := &statement{}
	var form []string
	for i, t := range tokens {
		switch t.kind {
		case '#':
			n, _ := strconv.Atoi(t.text)
			s.numbers = append(s.numbers, n)
			form = append(form, "#")
		case '$':
			s.strings = append(s.strings, t.text)
			form = append(form, "$")
		case '@':
			s.names = append(s.names, t.text)
			form = append(form, "@")
		default:
			form = append(form, t.text)
		}
		if i == 2 && tokens[0].text == "prepare" && t.text == "as" {
			inner, ok := understand(tokens[3:])
			s.form, s.body = "prepare @ as", inner
			return s, ok
		}
	}
	s.form = strings.Join(form, " ")
	_, ok := forms[s.form]
	return s, ok
}

// shape is what the server knows of a form before it runs it.
type shape struct {
	returns  portalKind
	analysed bool // its table must exist when it is parsed, not only when it runs
	exits    bool // may run in a failed transaction
	control  bool // BEGIN, COMMIT, ROLLBACK
	destroys bool // not to run unless people say so
}

var forms = map[string]shape{
	"select #":                                       {returns: rowsLive},
	"select $":                                       {returns: rowsLive},
	"select # / #":                                   {returns: rowsLive},
	"select ? :: int":                                {returns: rowsLive},
	"select length ( ? :: text )":                    {returns: rowsLive},
	"select repeat ( $ , # )":                        {returns: rowsLive},
	"select generate_series ( # , # )":               {returns: rowsLive},
	"select scs_off ( )":                             {returns: rowsLive},
	"select scs_on ( )":                              {returns: rowsLive},
	"select noisy ( # )":                             {returns: rowsLive},
	"select id from @":                               {returns: rowsLive, analysed: true},
	"insert into @ values ( # )":                     {analysed: true},
	"insert into @ values ( ? )":                     {analysed: true},
	"insert into @ values ( # ) returning id":        {returns: rowsStored, analysed: true},
	"insert into @ select generate_series ( # , # )": {analysed: true},
	"delete from @ where id = #":                     {analysed: true},
	"delete from @ where id = ?":                     {analysed: true},
	"delete from @":                                  {analysed: true, destroys: true},
	"delete from @ returning id":                     {returns: rowsStored, analysed: true, destroys: true},
	"update @ set id = id + #":                       {analysed: true, destroys: true},
	"truncate @":                                     {destroys: true},
	"drop table @":                                   {destroys: true},
	"drop table if exists @":                         {destroys: true},
	"create temp table @ ( id int )":                 {},
	"alter table @ rename to @":                      {},
	"create table @ ( id int )":                      {},
	"create table if not exists @ ( id int )":        {},
	"begin":          {control: true},
	"commit":         {control: true, exits: true},
	"rollback":       {control: true, exits: true},
	"savepoint @":    {control: true},
	"release @":      {control: true},
	"rollback to @":  {control: true, exits: true},
	"execute @":      {},
	"deallocate @":   {},
	"deallocate all": {},
	"discard all":    {},
	"declare @ cursor for select generate_series ( # , # )": {},
	"own rollback to":                      {exits: true},
	"fetch # from @":                       {returns: rowsUtility},
	"close @":                              {},
	"copy @ from stdin":                    {},
	"listen @":                             {},
	"notify @ , $":                         {},
	"set standard_conforming_strings = on": {},
	"set application_name = $":             {},
}

func (s *statement) shape() shape { return forms[s.form] } // the zero shape for PREPARE
