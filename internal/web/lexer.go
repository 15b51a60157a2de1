package web

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexer cuts a text into pieces as the server's does (manual, "Lexical Structure"),
// under standard_conforming_strings.
type lexer struct {
	text string
	at   int
}

func (l *lexer) rest() string { return l.text[l.at:] }

// next takes one piece, which is never empty. A word has the class keyword, whatever
// it is.
func (l *lexer) next() (class, piece string) {
	class, n := plainClass, 0
	rest := l.rest()
	first, _ := utf8.DecodeRuneInString(rest)
	switch {
	case strings.HasPrefix(rest, "--"):
		class, n = comment, until(rest, "\n", 0)
	case strings.HasPrefix(rest, "/*"):
		class, n = comment, nested(rest)
	case first == '\'':
		class, n = stringText, quotedBy(rest, '\'', false)
	case (first == 'e' || first == 'E') && strings.HasPrefix(rest[1:], "'"):
		class, n = stringText, 1+quotedBy(rest[1:], '\'', true)
	case first == '"':
		class, n = quotedClass, quotedBy(rest, '"', false)
	case first == '$' && dollar(rest) != "":
		tag := dollar(rest)
		class, n = stringText, until(rest[len(tag):], tag, len(tag))+len(tag)
	case '0' <= first && first <= '9':
		class, n = numeral, prefix(rest, func(r rune) bool { return isWord(r) || r == '.' })
	case isWord(first) && first != '$':
		class, n = keyword, prefix(rest, isWord)
	case unicode.IsSpace(first):
		n = prefix(rest, unicode.IsSpace)
	default:
		n = utf8.RuneLen(first)
		if first == utf8.RuneError {
			_, n = utf8.DecodeRuneInString(rest)
		}
	}
	piece = rest[:n]
	l.at += n
	return class, piece
}

func isWord(r rune) bool {
	return r == '_' || r == '$' || r >= 0x80 && r != utf8.RuneError || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// prefix is the length of the longest beginning whose characters all fit.
func prefix(s string, fits func(rune) bool) int {
	if i := strings.IndexFunc(s, func(r rune) bool { return !fits(r) }); i >= 0 {
		return i
	}
	return len(s)
}

// until is where end begins and how much of it is taken, or all of s.
func until(s, end string, take int) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + take
	}
	return len(s)
}

// nested is the length of a comment that may have others inside.
func nested(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "/*"):
			depth++
			i++
		case strings.HasPrefix(s[i:], "*/"):
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// quotedBy is the length of a quoted text; a doubled quote stays inside, and with
// backslashes one behind a backslash does too.
func quotedBy(s string, quote byte, backslashes bool) int {
	for i := 1; i < len(s); i++ {
		switch {
		case backslashes && s[i] == '\\':
			i++
		case s[i] == quote && i+1 < len(s) && s[i+1] == quote:
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return len(s)
}

// dollar is the tag that begins a dollar-quoted string, or empty.
func dollar(s string) string {
	end := strings.IndexByte(s[1:], '$')
	if end < 0 {
		return ""
	}
	tag := s[1 : 1+end]
	if strings.IndexFunc(tag, func(r rune) bool { return !isWord(r) || r == '$' }) >= 0 || tag != "" && '0' <= tag[0] && tag[0] <= '9' {
		return ""
	}
	return s[:end+2]
}

// keywords are those that are coloured: the ones that give a statement its shape.
var keywords = wordSet(`ADD ALL ALTER ANALYZE AND ANY AS ASC ATOMIC BEGIN BETWEEN BY CALL CASCADE CASE CAST CHECK CLUSTER COLLATE COLUMN
	COMMENT COMMIT CONSTRAINT COPY CREATE CROSS CURSOR DATABASE DECLARE DEFAULT DELETE DESC DETACH DISTINCT DO DOMAIN DROP ELSE END EXCEPT
	EXECUTE EXISTS EXPLAIN EXTENSION FALSE FETCH FOR FOREIGN FROM FULL FUNCTION GRANT GROUP HAVING IF ILIKE IN INDEX INNER INSERT INTERSECT
	INTO IS JOIN KEY LATERAL LEFT LIKE LIMIT LOCK MATCHED MATERIALIZED MERGE NATURAL NOT NOTHING NULL OF OFFSET ON ONLY OR ORDER OUTER OWNED
	PARTITION PREPARE PRIMARY PROCEDURE PUBLICATION REASSIGN REFERENCES REINDEX RENAME REPLACE RESTRICT RETURNING REVOKE RIGHT ROLE ROLLBACK
	SAVEPOINT SCHEMA SELECT SEQUENCE SERVER SET SUBSCRIPTION TABLE TABLESPACE TEMP TEMPORARY THEN TO TRIGGER TRUE TRUNCATE TYPE UNION UNIQUE
	UPDATE USER USING VACUUM VALUES VIEW WHEN WHERE WINDOW WITH`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}
