package config

import "net/url"

// Console says where people find the web console.
type Console struct {
	// URL is what links in messages begin with, such as https://holdfast.example.com.
	URL string `yaml:"url"`
}

func (n *notes) checkConsole(c *Config) {
	if c.Console.URL == "" || n.hasFaultAt("console.url") {
		return
	}
	u, err := url.Parse(c.Console.URL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		n.fault("console.url", "%q is not the URL of a site, such as https://holdfast.example.com", c.Console.URL)
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
	default:
		n.fault("console.url", "%s would carry sign-ins in the clear; write https", c.Console.URL)
	}
}
