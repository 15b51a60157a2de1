package slack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// show makes the message of a hold show what the hold is. Everything it does is
// safe to do again.
func (a *App) show(ctx context.Context, id string, asked bool) error {
	h, err := a.desk.Get(ctx, id)
	if errors.Is(err, hold.ErrUnknownID) {
		return a.forget(ctx, id)
	}
	if err != nil {
		return local(err)
	}
	m, known := a.row(id)
	if !known {
		if !asked {
			return nil
		}
		m = message{Hold: id, At: h.Asked}
	}
	if m.TS == "" && tooLate(h) {
		if found, err := a.left(ctx, &m); err != nil || !found {
			return err
		}
	}
	covers, err := a.desk.Covers(ctx, h)
	if err != nil {
		return local(err)
	}
	v := a.viewOf(h, covers)
	if m.Bare {
		v = v.bare()
	}
	if err := a.showMessage(ctx, &m, v); err != nil {
		return err
	}
	if err := a.showReplies(ctx, &m, v); err != nil {
		return err
	}
	if done := over(h.State); done != m.Done {
		m.Done = done
		if err := a.keep(ctx, m); err != nil {
			return local(err)
		}
		return local(a.forgetOld(ctx))
	}
	return nil
}

// over is true for a state that no session goes on from.
func over(s hold.State) bool { return s != hold.Pending && s != hold.Approved && s != hold.Released }

// lateAfter is how long after its end a hold that was never shown still gets a message:
// what somebody missed while Slack was down is news for a day.
const lateAfter = 24 * time.Hour

// tooLate is true for a hold without a message that needs none any more: it ended by
// itself before anybody could see it, or long ago.
func tooLate(h hold.Hold) bool {
	return h.State == hold.Withdrawn || h.State == hold.Abandoned || over(h.State) && time.Since(h.Decided) > lateAfter
}

// left looks for a message of a hold that needs none any more: a post whose answer got
// lost may have left one, with buttons. Where there is none, that is the end of it.
func (a *App) left(ctx context.Context, m *message) (bool, error) {
	if !m.Tried.IsZero() {
		found, err := a.find(ctx, m, 0)
		if err != nil {
			return false, err
		}
		if found.found {
			m.Channel, m.TS, m.Tried = found.channel, found.ts, time.Time{}
			return true, local(a.keep(ctx, *m))
		}
	}
	m.Done = true
	return false, local(a.keep(ctx, *m))
}

// showMessage posts the message or edits it, where that is needed.
func (a *App) showMessage(ctx context.Context, m *message, v view) error {
	if m.TS == "" {
		return a.postMessage(ctx, m, v)
	}
	digest := v.digest()
	if m.Shown == digest {
		return nil
	}
	err := a.edit(ctx, m, v)
	switch refusal(err) {
	case "message_not_found", "cant_update_message", "edit_window_closed":
		return a.lost(ctx, m, v)
	case "invalid_blocks", "msg_blocks_too_long", "invalid_blocks_format", "msg_too_long":
		if !m.Bare {
			return a.bare(ctx, m, err)
		}
	}
	if err != nil {
		return err
	}
	m.Shown = digest
	return local(a.keep(ctx, *m))
}

// edit makes the message, and what copies of it are there, show v.
func (a *App) edit(ctx context.Context, m *message, v view) error {
	for _, ts := range m.Copies {
		_, _, _, err := a.api.UpdateMessageContext(ctx, m.Channel, ts, content(*m, v, 0)...)
		if err != nil && refusal(err) != "message_not_found" {
			return err
		}
	}
	_, _, _, err := a.api.UpdateMessageContext(ctx, m.Channel, m.TS, content(*m, v, 0)...)
	return err
}

// lost is for a message that somebody deleted: what still waits is posted anew,
// what is over stays away.
func (a *App) lost(ctx context.Context, m *message, v view) error {
	a.log.Warn().Str("hold", m.Hold).Msg("the message of a hold was deleted in Slack, or may not be edited")
	if !v.waits {
		m.Shown = v.digest()
		m.Replies = len(v.replies)
		return local(a.keep(ctx, *m))
	}
	*m = message{Hold: m.Hold, At: m.At, Bare: m.Bare, Picture: m.Picture, Drawn: m.Drawn, NoPicture: m.NoPicture}
	return a.postMessage(ctx, m, v)
}

// bare shows text alone from now on: better an ugly message than none.
func (a *App) bare(ctx context.Context, m *message, cause error) error {
	if had, err := a.unillustrated(ctx, m); had || err != nil {
		return errors.Join(err, errUnknownPicture)
	}
	a.log.Error().Str("hold", m.Hold).Str("error", explained(cause)).Msg("Slack refused the layout of a message, which is a fault of holdfast; it is shown as plain text")
	m.Bare, m.Tried = true, time.Time{}
	if err := a.keep(ctx, *m); err != nil {
		return local(err)
	}
	return errAgain
}

// errAgain asks for another try at once or soon.
var errAgain = local(errors.New("shown as plain text from now on"))

// errUnknownPicture asks for the same, with the picture or after some tries without.
var errUnknownPicture = local(errors.New("not taken with its picture, which Slack may not know yet"))

func (a *App) postMessage(ctx context.Context, m *message, v view) error {
	sent, err := a.sendOnce(ctx, m, v, 0)
	if err != nil {
		switch refusal(err) {
		case "invalid_blocks", "msg_blocks_too_long", "invalid_blocks_format", "msg_too_long":
			if !m.Bare {
				return a.bare(ctx, m, err)
			}
		}
		return err
	}
	m.Channel, m.TS, m.Tried = sent.channel, sent.ts, time.Time{}
	if m.Shown = v.digest(); sent.found {
		m.Shown = "" // what it shows is an earlier view
	}
	if err := a.keep(ctx, *m); err != nil {
		return local(err)
	}
	if sent.found {
		return a.showMessage(ctx, m, v)
	}
	return nil
}

// showReplies posts what is missing in the thread.
func (a *App) showReplies(ctx context.Context, m *message, v view) error {
	for m.Replies < len(v.replies) {
		part := m.Replies + 1
		reply := view{text: fmt.Sprintf("The text of hold %s, part %d of %d", m.Hold, part, len(v.replies)), blocks: v.replies[m.Replies]}
		if _, err := a.sendOnce(ctx, m, reply, part); err != nil {
			return err
		}
		m.Replies, m.Tried = part, time.Time{}
		if err := a.keep(ctx, *m); err != nil {
			return local(err)
		}
	}
	return nil
}
