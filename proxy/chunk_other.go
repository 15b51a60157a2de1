//go:build !unix

package proxy

import "net"

// readyReader is not possible here: connections are read with a buffer of their
// own.
type readyReader struct{}

func newReadyReader(net.Conn) *readyReader { return nil }

func (r *readyReader) read() ([]byte, error) { return nil, net.ErrClosed }

func (r *readyReader) release() {}
