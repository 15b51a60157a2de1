package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// columns that row fills and scan reads, in this order.
const columns = `id, state, approved, asked, expires, decided, released, ended, request, answer`

// answer is what of a hold is neither a column nor its request.
type answer struct {
	DecidedBy, Via, Identity, Note string       `json:",omitempty"`
	Under                          string       `json:",omitempty"`
	Spent                          []hold.Spent `json:",omitempty"`
	SQLHash, Result                string
	Approvals                      []hold.Approval
	GrantUntil                     int64           `json:",omitempty"` // microseconds since 1970
	Revoked                        hold.Revocation `json:",omitzero"`
}

func row(h hold.Hold) ([]any, error) {
	request, err := json.Marshal(h.Request)
	if err != nil {
		return nil, fmt.Errorf("encoding hold %s: %w", h.ID, err)
	}
	rest, err := json.Marshal(answer{
		DecidedBy: h.DecidedBy, Via: h.Via, Identity: h.Identity, Note: h.Note,
		SQLHash: h.SQLHash, Result: h.Result, Approvals: h.Approvals, GrantUntil: stamp(h.GrantUntil),
		Revoked: h.Revoked, Under: h.Under, Spent: h.Spent,
	})
	if err != nil {
		return nil, fmt.Errorf("encoding hold %s: %w", h.ID, err)
	}
	return []any{
		h.ID, string(h.State), len(h.Approvals),
		stamp(h.Asked), stamp(h.Expires), stamp(h.Decided), stamp(h.ReleaseAt), stamp(h.Ended),
		string(request), string(rest),
	}, nil
}

func scan(from interface{ Scan(...any) error }) (hold.Hold, error) {
	var (
		h                                        hold.Hold
		a                                        answer
		approved                                 int
		asked, expires, decided, released, ended int64
		request, rest                            []byte
	)
	if err := from.Scan(&h.ID, &h.State, &approved, &asked, &expires, &decided, &released, &ended, &request, &rest); err != nil {
		return hold.Hold{}, err
	}
	if err := json.Unmarshal(request, &h.Request); err != nil {
		return hold.Hold{}, fmt.Errorf("decoding the request of hold %q: %w", h.ID, err)
	}
	if err := json.Unmarshal(rest, &a); err != nil {
		return hold.Hold{}, fmt.Errorf("decoding the answer of hold %q: %w", h.ID, err)
	}
	h.Asked, h.Expires, h.Decided = clock(asked), clock(expires), clock(decided)
	h.ReleaseAt, h.Ended = clock(released), clock(ended)
	h.DecidedBy, h.Via, h.Identity, h.Note = a.DecidedBy, a.Via, a.Identity, a.Note
	h.SQLHash, h.Result, h.Approvals, h.GrantUntil = a.SQLHash, a.Result, a.Approvals, clock(a.GrantUntil)
	h.Revoked, h.Under, h.Spent = a.Revoked, a.Under, a.Spent
	return h, nil
}

// stamp and clock turn times into microseconds and back; 0 is the zero time.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func clock(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
