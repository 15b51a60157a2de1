package config

import (
	"crypto/tls"
	"crypto/x509"
	"time"
)

// checkTLS reads a certificate and its key, if there are any, so that a wrong pair stops
// the start and not the first client.
func (n *notes) checkTLS(t *TLS, path string) {
	if t == nil {
		return
	}
	n.checkClientCA(t, path)
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

// checkClientCA reads the authorities of client certificates, if any count.
func (n *notes) checkClientCA(t *TLS, path string) {
	if t.ClientCA == "" {
		if t.ClientCert != "" && !n.hasFaultAt(path+".client_cert") {
			n.fault(path+".client_cert", "tls: client_cert says what of certificates that nothing verifies; add client_ca, the file of their authority")
		}
		return
	}
	n.checkWord(path+".client_cert", t.ClientCert, Optional, Required)
	text := n.readPEM(path, "client_ca", t.ClientCA)
	if text != nil && !x509.NewCertPool().AppendCertsFromPEM(text) {
		n.fault(path+".client_ca", "tls: there is no certificate in %s", t.ClientCA)
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
