package alert

import "strings"

// maxSizes bounds the tables whose size is remembered, about 10 MB: as many as sixteen
// times the tables that are watched apart. Shares are not judged of further ones.
const maxSizes = 1 << 16

// Size takes how many rows a table has, as the server says now and then. The watch is
// told with the next delete, so that a table from which nobody deletes takes no place
// there. Safe for concurrent use.
func (d *Desk) Size(host, database, table string, rows int64) {
	d.counting.Lock()
	defer d.counting.Unlock()
	at := place{host, database, table}
	_, known := d.sizes[at]
	switch {
	case known:
	case len(d.sizes) >= maxSizes:
		return
	default:
		at = place{strings.Clone(host), strings.Clone(database), strings.Clone(table)}
	}
	d.sizes[at] = rows
}

// size is how many rows a table has, 0 where it is not known. The caller holds counting.
func (d *Desk) size(at place) int64 {
	if rows, known := d.sizes[at]; known {
		return rows
	}
	return d.watch.Rows(at.host, at.database, at.table) // of before the restart
}

// empty counts the rows of a table that was truncated or dropped as deleted: as many as
// it had when its size was told last. The caller holds counting.
func (d *Desk) empty(at place, r *rows) {
	if r.size = d.sizes[at]; r.emptied > 0 && r.size > 0 {
		r.deleted += r.size
		d.sizes[at] = 0
	}
}
