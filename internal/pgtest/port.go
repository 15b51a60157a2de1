package pgtest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Ports are taken below Linux's ephemeral range (net.ipv4.ip_local_port_range,
// 32768 and up by default): a fixed port inside that range is at any moment the
// local end of somebody's outgoing connection.
const (
	lowestPort  = 10000
	highestPort = 32767
	portTries   = 100
)

// FreePort is a TCP port on 127.0.0.1 below 32768 that nobody listened on a
// moment ago. Somebody else may take it first: what listens on it must be tried
// again with another.
func FreePort(t testing.TB) int {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return port
}

func freePort() (int, error) {
	var last error
	for range portTries {
		port := lowestPort + rand.IntN(highestPort-lowestPort+1)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			last = err
			continue
		}
		l.Close()
		return port, nil
	}
	return 0, fmt.Errorf("finding a free port in %d tries: %w", portTries, last)
}
