package rules

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// MaxName is how many bytes of a name count, in the server's encoding: NAMEDATALEN
// less one. PostgreSQL looks prepared statements and portals up by that much, so two
// names that begin alike are the same. Manual: "Identifiers and Key Words".
const MaxName = 63

// Name is what the server takes the name of a prepared statement or portal for
// that a client sends under the settings s, as UTF-8, so that it compares with the
// names in facts. The result may share raw's memory. certain is false where that is
// not known: the name has a byte above 0x7F, and the settings are not known or the
// server's encoding is not UTF8 or the client's is a multibyte one other than UTF8.
func (s Settings) Name(raw []byte, serverEncoding string) (name []byte, certain bool) {
	if !hasHigh(raw) {
		return raw[:min(len(raw), MaxName)], true
	}
	if !IsUTF8(serverEncoding) {
		return nil, false
	}
	converted, ok := s.toUTF8(raw)
	if !ok || !utf8.Valid(converted) || bytes.ContainsRune(converted, utf8.RuneError) {
		return nil, false
	}
	return converted[:min(len(converted), MaxName)], true
}

// IsUTF8 says that an encoding, by any of the names that Postgres accepts, is UTF8.
func IsUTF8(encodingName string) bool {
	normal := string(appendEncodingName(nil, encodingName))
	return normal == "utf8" || normal == "unicode"
}

// toUTF8 converts as the server does from a client's encoding, where both agree on
// every byte.
func (s Settings) toUTF8(raw []byte) (converted []byte, ok bool) {
	if IsUTF8(s.ClientEncoding) {
		return raw, true
	}
	name := appendEncodingName(nil, s.ClientEncoding)
	single, ok := safeEncodings[string(name)].(*charmap.Charmap)
	if !ok || inexact[string(name)] {
		return nil, false
	}
	converted, err := single.NewDecoder().Bytes(raw)
	return converted, err == nil
}
