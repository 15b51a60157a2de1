package main

import "testing"

func TestConnectTo(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:6432":                "host=127.0.0.1 port=6432",
		"0.0.0.0:6432":                  "host=127.0.0.1 port=6432",
		"[::]:6432":                     "host=127.0.0.1 port=6432",
		":6432":                         "host=127.0.0.1 port=6432",
		"[::1]:6432":                    "host=::1 port=6432",
		"unix:/run/hf/.s.PGSQL.6432":    "host=/run/hf port=6432",
		"/run/hf/.s.PGSQL.5432":         "host=/run/hf port=5432",
		"unix:/run/hf/holdfast.socket":  "",
		"db.example.com:6432":           "host=db.example.com port=6432",
		"no address at all, to be sure": "",
	} {
		if got := connectTo(address); got != want {
			t.Errorf("connectTo(%q) = %q, want %q", address, got, want)
		}
	}
}
