//go:build !linux

package proxy

import "net"

// peerClosed cannot be asked here: the client's leaving is seen when it is read
// from again, or by TCP keepalive.
func peerClosed(net.Conn) bool { return false }

// limitUnacknowledged cannot be done here: the system's own retries decide.
func limitUnacknowledged(net.Conn, bool) {}
