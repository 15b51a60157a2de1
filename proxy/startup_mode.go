package proxy

import (
	"fmt"
	"strings"

	"github.com/holdfast-db/holdfast/rules"
)

// modeSetting is the startup parameter with which a client chooses what happens when
// its statement is held. The server takes it as a setting of an extension that it does
// not know ("Customized Options" in the manual, 20.16), so it is passed on as it came.
const modeSetting = "holdfast.mode"

// The values of modeSetting. The first is that of clients which do not choose.
const (
	modeWait   = "wait"   // as the rules say: they wait unless one of them returns
	modeReturn = "return" // the statement fails at once with the hold's id
)

// chooseMode notes what the client of a protected host has chosen, and refuses a value
// that is none, and return mode where it may not be chosen.
func (c *client) chooseMode() error {
	value := rules.StartupSetting(c.startup.Params, modeSetting)
	switch strings.ToLower(value) {
	case "", modeWait:
		return nil
	case modeReturn:
	default: // in the server's own words for a value that is not in a list
		return refuse("22023", fmt.Sprintf("invalid value for parameter %q: %q", modeSetting, value), "", "Available values: wait, return.")
	}
	if c.host.terms.Load().FixedMode {
		return refuse("ZH004", "holdfast: refused: "+modeSetting+" = return: clients may not choose it on this host",
			"What is held waits for its answer here, but where a rule says otherwise.", "Connect without it, or ask whoever owns the policy.")
	}
	c.returns = true
	return nil
}
