package slack

import (
	"os"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
)

// The manifest that people paste asks for what is needed and no more.
func TestManifest(t *testing.T) {
	text, err := os.ReadFile("../../examples/slack/manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		OAuth struct {
			Scopes struct{ Bot []string }
		} `yaml:"oauth_config"`
		Settings struct {
			Interactivity struct {
				Enabled bool `yaml:"is_enabled"`
			}
			SocketMode bool `yaml:"socket_mode_enabled"`
			Rotation   bool `yaml:"token_rotation_enabled"`
		}
	}
	if err := yaml.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.OAuth.Scopes.Bot, append(slices.Clone(neededScopes), pictureScope)) || !m.Settings.Interactivity.Enabled || !m.Settings.SocketMode || m.Settings.Rotation {
		t.Errorf("the manifest says %+v", m)
	}
}
