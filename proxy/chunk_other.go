//go:build !unix

package proxy

import "net"

// readReady is not possible here: connections are read with a buffer of their own.
func readReady(net.Conn) (buf *[chunkSize]byte, n int, waits bool, err error) {
	return nil, 0, false, nil
}
