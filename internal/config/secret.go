package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Secret is a value that is never shown and never stands in the file itself, which
// is read by many and kept in repositories. The file says where it is: ${NAME} is a
// variable, file:PATH a file. After Load it is the value.
type Secret string

// String hides the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "***"
}

// GoString hides the value as well.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText hides it from every encoder.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal is the value.
func (s Secret) Reveal() string { return string(s) }

// maxSecret bounds a file with a secret, in bytes: tokens have some hundred.
const maxSecret = 4096

var secretVariable = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// setSecret reads where a secret is. It does not quote the text, which may be the
// secret itself.
func setSecret(text string) (Secret, error) {
	if secretVariable.MatchString(text) || strings.HasPrefix(text, "file:") && len(text) > len("file:") {
		return Secret(text), nil
	}
	return "", errors.New("a secret does not stand in the file itself; write ${NAME} for a variable or file:/PATH for a file that has it")
}

// resolveSecrets puts every secret in the place of where it is.
func (n *notes) resolveSecrets(c *Config, in Input) {
	secrets := map[string]*Secret{}
	if c.Slack != nil {
		secrets = c.Slack.secrets()
	}
	if c.Webhook != nil {
		secrets["webhook.secret"] = &c.Webhook.Secret
	}
	if c.Console.OIDC != nil {
		secrets["console.oidc.client_secret"] = &c.Console.OIDC.ClientSecret
	}
	for i := range c.People {
		secrets[fmt.Sprintf("people[%d].password", i)] = &c.People[i].Password
	}
	for i := range c.Hosts {
		secrets[fmt.Sprintf("hosts[%d].monitor_password", i)] = &c.Hosts[i].MonitorPassword
	}
	for path, secret := range secrets {
		switch {
		case in.WithoutSecrets:
			*secret = ""
		case !n.hasFaultAt(path):
			n.resolve(secret, path, in.Surroundings, filepath.Dir(c.File))
		}
	}
}

// resolve puts the value in the place of where it is.
func (n *notes) resolve(s *Secret, path string, in Surroundings, dir string) {
	text := string(*s)
	*s = ""
	if text == "" {
		return
	}
	if m := secretVariable.FindStringSubmatch(text); m != nil {
		value := strings.TrimSpace(in.Getenv(m[1]))
		if value == "" {
			n.fault(path, "the variable %s is not set", m[1])
		}
		*s = Secret(value)
		return
	}
	file := strings.TrimPrefix(text, "file:")
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	value, open, err := secretFile(file)
	if err != nil {
		n.fault(path, "%v", err)
	}
	if open {
		n.warn(path, "everybody on this machine may read the secret in %s; 0600 or 0640 is the mode for it", file)
	}
	*s = Secret(value)
}

// secretFile is the text of a file without the blanks around it, and whether everybody
// may read it.
func secretFile(file string) (value string, open bool, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", false, fmt.Errorf("reading the secret: %w", err)
	}
	if !info.Mode().IsRegular() {
		return "", false, fmt.Errorf("%s is not a file that could hold a secret", file)
	}
	text, err := readFile(file)
	if err != nil {
		return "", false, fmt.Errorf("reading the secret: %w", err)
	}
	value = strings.TrimSpace(string(text))
	if value == "" || len(value) > maxSecret || strings.ContainsAny(value, "\r\n\x00") {
		return "", false, fmt.Errorf("the file %s is empty, too long, or has more than one line", file)
	}
	const othersRead = 0o004
	return value, info.Mode().Perm()&othersRead != 0, nil
}
