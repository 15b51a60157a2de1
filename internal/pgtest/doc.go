// Package pgtest starts real PostgreSQL servers, the real holdfast binary and a
// scripted client for tests. Nothing but tests imports it.
//
// Begin with Main, then Each:
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
//	func TestSelect(t *testing.T) {
//		pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
//			db := srv.Database(t)
//			...
//		})
//	}
//
// Each runs a test on every server version that `.ci/setup test` found, sharing
// one server of each version among the tests of a package. Start gives a test a
// server of its own, for tests that stop it or set it up differently. Holdfast
// puts the proxy in front of one. Dial opens a Client that speaks the protocol
// message by message and keeps a trace of the exchange as text, so that an
// exchange with a server and one through holdfast can be compared.
//
// Everything is torn down by the tests' own cleanups and by Main; on Linux the
// processes also end when the test process is killed.
package pgtest
