package main

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports are chosen below 32768: above it the system takes ports for outgoing
// connections, and one of those could be in the way a moment later.
const (
	firstPort = 20000
	lastPort  = 32000

	portTries = 50 // ports looked at before giving up
)

// freePort is a port of 127.0.0.1 on which nobody listens.
func freePort() (int, error) {
	for range portTries {
		port := firstPort + rand.IntN(lastPort-firstPort)
		l, err := net.Listen("tcp", localAddress(port))
		if err != nil {
			continue
		}
		return port, l.Close()
	}
	return 0, errors.New("finding a free port: all that were tried are taken")
}

func localAddress(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
