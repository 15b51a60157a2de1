package history

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// jsonEntry is a line of jsonlog (manual, "Using JSON-Format Log Output").
type jsonEntry struct {
	Timestamp   string `json:"timestamp"`
	User        string `json:"user"`
	Database    string `json:"dbname"`
	PID         int64  `json:"pid"`
	Client      string `json:"remote_host"`
	Session     string `json:"session_id"`
	Severity    string `json:"error_severity"`
	Message     string `json:"message"`
	Detail      string `json:"detail"`
	Application string `json:"application_name"`
}

// jsonlog reads log_destination = jsonlog.
func (r *reading) jsonlog(head []line) error {
	return r.every(head, func(l line) {
		if l.long {
			r.seen.Long++
			return
		}
		if len(bytes.TrimSpace(l.text)) == 0 {
			return
		}
		var j jsonEntry
		if json.Unmarshal(l.text, &j) != nil || j.Severity == "" {
			r.seen.Foreign++
			return
		}
		e := entry{severity: j.Severity, message: j.Message, detail: j.Detail}
		e.At, e.Line, e.Session = r.timestamp(j.Timestamp), l.n, j.Session
		if e.Session == "" && j.PID != 0 {
			e.Session = strconv.FormatInt(j.PID, 10)
		}
		e.Sender = Sender{User: known(j.User), Database: known(j.Database), Application: known(j.Application), Client: clientOf(j.Client)}
		r.tell(&e)
	})
}
