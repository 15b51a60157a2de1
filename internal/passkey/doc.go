// Package passkey lets people sign in to the web console with passkeys: Web
// Authentication, https://www.w3.org/TR/webauthn-3/. The protocol itself is
// go-webauthn's; here is whose keys there are, and what is asked of them.
//
// A Ring has the public keys of all people. Each is kept by a Store, and each that
// comes or goes stands in the Record. A Party is the console as browsers know it, by
// its Place: it begins and ends what the standard calls ceremonies.
//
// # What is asked of a key
//
// It lies in the authenticator together with who its owner is (a discoverable
// credential), so nobody types a name; and the authenticator has made sure of its
// owner by a PIN, a finger or a face (user verification). Which make it is, is not
// asked (attestation none).
//
// # What strangers may do
//
// A challenge is not kept: the browser carries it, sealed, in its cookie (tickets).
// So strangers can begin as often as they like without taking memory or a place from
// anybody. One that was answered rightly is remembered until it expires, so it counts
// once; only owners of keys get that far. Nothing that a stranger sends is stored.
//
// # Concurrency
//
// All methods of Ring and Party may be called from any goroutine.
package passkey
