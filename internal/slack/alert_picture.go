package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/chart"
)

const (
	// pictureGrowth is how many times larger an alert became since its picture was drawn
	// before it is drawn anew: each picture is a file in the workspace.
	pictureGrowth = 4

	// pictureTries is how often a message with a new picture is tried: Slack needs a
	// moment until it knows a file that it was sent.
	pictureTries = 4

	pictureName = "rows-deleted.png"

	// The picture is as wide as a message on a desktop, in pixels; a telephone makes it
	// smaller.
	pictureWidth, pictureHeight = 720, 260
)

// outgrown says that the message has no picture of the alert, or one of long before.
func (m *message) outgrown(one alert.Alert) bool {
	switch {
	case m.Bare || m.NoPicture || m.TS == "" || one.Kind == alert.Behind:
		return false
	case m.Picture == "":
		return one.Lasts()
	}
	return one.Deleted >= pictureGrowth*max(m.Drawn, 1)
}

// illustrate puts a chart into the message, where Slack takes it. Where it does not,
// the message is as good without.
func (a *App) illustrate(ctx context.Context, m *message, one alert.Alert) error {
	file, err := a.upload(ctx, one)
	switch word := refusal(err); {
	case err == nil:
		m.Picture, m.Drawn, m.PictureTries = file, one.Deleted, 0
	case word != "" && word != "local":
		a.log.Info().Str("alert", one.ID).Str("error", explained(err)).Msg("Slack takes no picture, so the message of an alert goes without; with the scope files:write it has one")
		m.NoPicture = true
	default:
		a.log.Info().Str("alert", one.ID).Str("error", explained(err)).Msg("the picture of an alert could not be sent to Slack; it is tried when the alert changes")
		return nil
	}
	if err := a.keep(ctx, *m); err != nil {
		return local(err)
	}
	return a.showMessage(ctx, m, a.alertView(one, m.Picture))
}

// unillustrated takes the picture out of a message that Slack refuses with it, after
// some tries. It is false for a message without one.
func (a *App) unillustrated(ctx context.Context, m *message) (bool, error) {
	if m.Picture == "" || m.Bare {
		return false, nil
	}
	if m.PictureTries++; m.PictureTries >= pictureTries {
		m.Picture, m.NoPicture = "", true
	}
	return true, local(a.keep(ctx, *m))
}

// upload sends the chart of an alert to Slack and returns the id of the file, which
// nobody sees outside of messages that show it.
func (a *App) upload(ctx context.Context, one alert.Alert) (string, error) {
	picture, err := a.picture(ctx, one)
	if err != nil {
		return "", local(err)
	}
	place, err := a.api.GetUploadURLExternalContext(ctx, slackgo.GetUploadURLExternalParameters{
		FileName: pictureName, FileSize: len(picture), AltTxt: line(one.Headline(), maxAlt),
	})
	if err != nil {
		return "", err
	}
	if err := a.send(ctx, place.UploadURL, picture); err != nil {
		return "", err
	}
	done, err := a.api.CompleteUploadExternalContext(ctx, slackgo.CompleteUploadExternalParameters{
		Files: []slackgo.FileSummary{{ID: place.FileID, Title: line(one.Headline(), maxAlt)}},
	})
	if err != nil {
		return "", err
	}
	if len(done.Files) != 1 || done.Files[0].ID == "" {
		return "", local(errors.New("the picture was taken by Slack, which did not say what it is called"))
	}
	return done.Files[0].ID, nil
}

// send puts the picture where Slack said, without the token: that place needs none.
func (a *App) send(ctx context.Context, to string, picture []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(picture))
	if err != nil {
		return local(errors.New("the place that Slack named for a picture cannot be called"))
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	answer, err := a.http.Do(req)
	if err != nil {
		return fmt.Errorf("sending a picture: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("sending a picture: Slack answered %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	}
	return nil
}

// pictureSteps is how many bars the picture has.
const pictureSteps = 96

// picture draws an alert with as much before it as it lasts, a day at least and five
// weeks at most.
func (a *App) picture(ctx context.Context, one alert.Alert) ([]byte, error) {
	now := time.Now().UTC()
	whole := min(max(2*now.Sub(one.Since), 24*time.Hour), 5*7*24*time.Hour)
	step := (whole / pictureSteps).Truncate(time.Minute)
	to := now.Truncate(time.Minute).Add(time.Minute)
	series, err := a.o.Alerts.Series(ctx, alert.SeriesOf{
		Host: one.Host, Database: one.Database, Table: one.Table, From: to.Add(-pictureSteps * step), To: to, Step: step,
	})
	if err != nil {
		return nil, err
	}
	return series.Drawn(one.Actor).PNG(chart.Style{Width: pictureWidth, Height: pictureHeight})
}
