//go:build !linux

package proxy

import (
	"errors"
	"net"
)

// lot is not built for this system: every session keeps its goroutines.
type lot struct{}

func newLot() (*lot, error) { return nil, errors.ErrUnsupported }

func parkable(net.Conn) bool { return false }

func (l *lot) park(*chunkReader) bool { return false }

func (l *lot) wake(*chunkReader) {}

func (l *lot) count() int { return 0 }

func (l *lot) watch() {}

func (l *lot) close() {}
