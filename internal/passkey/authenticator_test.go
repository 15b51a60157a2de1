package passkey_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"
)

// Flags of authenticator data (WebAuthn, 6.1).
const (
	userPresent, userVerified, eligible, backedUp, attested = 0x01, 0x04, 0x08, 0x10, 0x40

	verified = userPresent | userVerified
)

// authenticator is a security key in software, which also does what none should.
type authenticator struct {
	t      testing.TB
	key    *ecdsa.PrivateKey
	id     []byte
	handle []byte
	count  uint32 // shown next
	flags  byte
	site   string
	origin string // as the browser says it
}

func newAuthenticator(t testing.TB) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &authenticator{t: t, key: key, id: id, flags: verified, site: "holdfast.example.com", origin: "https://holdfast.example.com"}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// asked is what of a question an authenticator needs.
type asked struct {
	PublicKey struct {
		Challenge              string
		RPID                   string
		UserVerification       string
		AllowCredentials       []any
		ExcludeCredentials     []any
		Attestation            string
		RP                     struct{ ID string }
		User                   struct{ ID, Name string }
		AuthenticatorSelection struct{ ResidentKey, UserVerification string }
	}
}

func read(t testing.TB, question any) (q asked) {
	t.Helper()
	data, err := json.Marshal(question)
	check(t, err)
	check(t, json.Unmarshal(data, &q))
	return q
}

func (a *authenticator) client(kind, challenge string) []byte {
	data, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	check(a.t, err)
	return data
}

func (a *authenticator) data(flags byte) []byte {
	site := sha256.Sum256([]byte(a.site))
	return binary.BigEndian.AppendUint32(append(site[:], flags), a.count)
}

// create answers the question of adding, as a browser's JSON.
func (a *authenticator) create(question any) []byte {
	a.t.Helper()
	q := read(a.t, question)
	handle, err := base64.RawURLEncoding.DecodeString(q.PublicKey.User.ID)
	check(a.t, err)
	a.handle = handle
	public, err := a.key.PublicKey.ECDH()
	check(a.t, err)
	point := public.Bytes() // 4, x, y
	cose := slices.Concat([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, point[1:33], []byte{0x22, 0x58, 32}, point[33:])
	data := slices.Concat(a.data(a.flags|attested), make([]byte, 16), []byte{0, byte(len(a.id))}, a.id, cose)
	object := slices.Concat([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), []byte{byte(len(data))}, data)
	return a.answer(map[string]any{"clientDataJSON": b64(a.client("webauthn.create", q.PublicKey.Challenge)), "attestationObject": b64(object)})
}

// get answers the question of signing in.
func (a *authenticator) get(question any) []byte {
	a.t.Helper()
	data, client := a.data(a.flags), a.client("webauthn.get", read(a.t, question).PublicKey.Challenge)
	hash := sha256.Sum256(client)
	signed := sha256.Sum256(append(slices.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, signed[:])
	check(a.t, err)
	return a.answer(map[string]any{
		"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(a.handle),
	})
}

func (a *authenticator) answer(response map[string]any) []byte {
	text, err := json.Marshal(map[string]any{"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "response": response})
	check(a.t, err)
	return text
}
