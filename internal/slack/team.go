package slack

import (
	"context"
	"fmt"
)

// team is the workspace that the bot token belongs to.
type team struct {
	id         string
	enterprise string // of an organisation with several workspaces; else empty
	bot        string // our own member id
}

// workspace asks Slack once which workspace this is.
func (a *App) workspace(ctx context.Context) (team, error) {
	a.mu.Lock()
	known := a.team
	a.mu.Unlock()
	if known.id != "" {
		return known, nil
	}
	said, err := a.api.AuthTestContext(ctx)
	if err != nil {
		return team{}, fmt.Errorf("asking which workspace this is: %w", err)
	}
	known = team{id: said.TeamID, enterprise: said.EnterpriseID, bot: said.UserID}
	a.mu.Lock()
	a.team = known
	a.mu.Unlock()
	return known, nil
}

// ownWorkspace is true for people of this workspace, or of its organisation: in a
// channel shared with others, an id of theirs could be one of ours.
func (a *App) ownWorkspace(ctx context.Context, id string) (bool, error) {
	t, err := a.workspace(ctx)
	if err != nil {
		return false, err
	}
	return id != "" && (id == t.id || t.enterprise != ""), nil
}
