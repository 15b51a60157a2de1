package volume

import (
	"net/netip"
	"time"
)

// Count is what one transaction deleted from one table. Only what was committed
// counts.
type Count struct {
	At       time.Time // when it was committed
	Host     string
	Database string
	Table    string
	Actor
	Network netip.Prefix // of the client; the zero value where it is not known
	Deleted int64        // rows, truncated and dropped ones included; never negative
	Updated int64        // rows, kept apart: no detector looks at them
	Rows    int64        // the table's size as far as known; 0 where it is not
}

// Actor is who deletes: a user with an application. People and programs share
// users more often than both.
type Actor struct {
	User        string
	Application string
}

// String is user/application, or the user alone.
func (a Actor) String() string {
	if a.Application == "" {
		return a.User
	}
	return a.User + "/" + a.Application
}

// others stands for every actor that found no place of its own.
var others = Actor{User: "others"}

// place is a table.
type place struct {
	host, database, table string
}
