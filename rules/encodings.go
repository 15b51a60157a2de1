package rules

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Encodings by the names that Postgres accepts for client_encoding (manual,
// section 24.3; src/common/encnames.c), after its own normalisation. Safe is
// what never gives one ASCII byte a meaning that depends on the byte before it.
// SJIS, BIG5, GBK, UHC, GB18030, JOHAB and SHIFT_JIS_2004 do, and are absent
// together with their aliases WIN932, WIN936, WIN949, WIN950 and mskanji.
// MULE_INTERNAL is absent because nobody measured it.
var safeEncodings = map[string]encoding.Encoding{
	"utf8": nil, "unicode": nil, // read as they are

	"abc": charmap.Windows1258, "tcvn": charmap.Windows1258, "tcvn5712": charmap.Windows1258, "vscii": charmap.Windows1258,
	"alt": charmap.CodePage866, "win866": charmap.CodePage866, "windows866": charmap.CodePage866,
	"koi8": charmap.KOI8R, "koi8r": charmap.KOI8R, "koi8u": charmap.KOI8U,

	"latin1": charmap.ISO8859_1, "iso88591": charmap.ISO8859_1,
	"latin2": charmap.ISO8859_2, "iso88592": charmap.ISO8859_2,
	"latin3": charmap.ISO8859_3, "iso88593": charmap.ISO8859_3,
	"latin4": charmap.ISO8859_4, "iso88594": charmap.ISO8859_4,
	"latin5": charmap.ISO8859_9, "iso88599": charmap.ISO8859_9,
	"latin6": charmap.ISO8859_10, "iso885910": charmap.ISO8859_10,
	"latin7": charmap.ISO8859_13, "iso885913": charmap.ISO8859_13,
	"latin8": charmap.ISO8859_14, "iso885914": charmap.ISO8859_14,
	"latin9": charmap.ISO8859_15, "iso885915": charmap.ISO8859_15,
	"latin10": charmap.ISO8859_16, "iso885916": charmap.ISO8859_16,
	"iso88595": charmap.ISO8859_5, "iso88596": charmap.ISO8859_6,
	"iso88597": charmap.ISO8859_7, "iso88598": charmap.ISO8859_8,

	"win": charmap.Windows1251, "win1251": charmap.Windows1251, "windows1251": charmap.Windows1251,
	"win1250": charmap.Windows1250, "windows1250": charmap.Windows1250,
	"win1252": charmap.Windows1252, "windows1252": charmap.Windows1252,
	"win1253": charmap.Windows1253, "windows1253": charmap.Windows1253,
	"win1254": charmap.Windows1254, "windows1254": charmap.Windows1254,
	"win1255": charmap.Windows1255, "windows1255": charmap.Windows1255,
	"win1256": charmap.Windows1256, "windows1256": charmap.Windows1256,
	"win1257": charmap.Windows1257, "windows1257": charmap.Windows1257,
	"win1258": charmap.Windows1258, "windows1258": charmap.Windows1258,
	"win874": charmap.Windows874, "windows874": charmap.Windows874,

	// Every byte of a character above ASCII has its high bit set.
	"eucjp": japanese.EUCJP, "euckr": korean.EUCKR, "euccn": simplifiedchinese.GBK,

	// Read as Latin-1: the same tokens, names only for the eye.
	"sqlascii": charmap.ISO8859_1, "euctw": charmap.ISO8859_1, "eucjis2004": charmap.ISO8859_1,
}

// inexact are the encodings above that are read with some characters other than the
// server's: the tokens are the same, a name that is not ASCII may be another. Those
// read as Latin-1 are; the EUC ones, of which there are several tables; and KOI8U,
// whose bytes AE and BE are frames to PostgreSQL and letters in charmap.KOI8U.
var inexact = map[string]bool{
	"sqlascii": true, "euctw": true, "eucjis2004": true, "eucjp": true, "euckr": true, "euccn": true, "koi8u": true,
}

// appendEncodingName appends the name of an encoding, normalised as Postgres's
// clean_encoding_name does it: letters and digits of ASCII, in lower case. Past
// maxWord bytes it appends nothing more: no name is that long.
func appendEncodingName(to []byte, value string) []byte {
	for i := 0; i < len(value) && len(to) < maxWord; i++ {
		c := value[i]
		switch {
		case 'A' <= c && c <= 'Z':
			to = append(to, c|0x20)
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			to = append(to, c)
		}
	}
	return to
}
