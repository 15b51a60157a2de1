package config

import (
	"crypto/tls"
	"time"
)

// checkTLS reads a certificate and its key, if there are any, so that a wrong pair stops
// the start and not the first client.
func (n *notes) checkTLS(t *TLS, path string) {
	if t == nil {
		return
	}
	cert := n.readPEM(path, "cert", t.Cert)
	key := n.readPEM(path, "key", t.Key)
	if cert == nil || key == nil {
		return
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		n.fault(path+".key", "tls: %s and %s are no pair: %v", t.Cert, t.Key, err)
		return
	}
	if pair.Leaf != nil && time.Now().After(pair.Leaf.NotAfter) {
		n.warn(path+".cert", "tls: the certificate %s ended on %s; clients that verify it will not connect",
			t.Cert, pair.Leaf.NotAfter.UTC().Format(time.DateOnly))
	}
}

// readPEM returns the text of a PEM file, or notes why it cannot be used.
func (n *notes) readPEM(path, key, file string) []byte {
	at := path + "." + key
	if file == "" {
		if !n.hasFaultAt(at) {
			n.fault(path, "tls has no %s; it wants cert and key, both PEM files", key)
		}
		return nil
	}
	text, err := readFile(file)
	if err != nil {
		n.fault(at, "tls: reading %s: %v", key, err)
		return nil
	}
	return text
}
