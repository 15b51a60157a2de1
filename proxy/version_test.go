package proxy

import "testing"

func TestMajor(t *testing.T) {
	for version, want := range map[string]int{
		"18.4 (Debian 18.4-1.pgdg12+1)": 18, "18beta1": 18, "15.20": 15, "9.6.24": 9, "": 0, "x": 0, "16": 16, "99999999999999999999": 0,
	} {
		if got := major(version); got != want {
			t.Errorf("%q: %d, want %d", version, got, want)
		}
	}
	for version, want := range map[string]bool{"14.9": false, "15.1": true, "8.0.2": false, "": false, "18.4": true} {
		if answersAboutNames(version) != want {
			t.Errorf("%q: asked %v", version, !want)
		}
	}
}
