package simulate

import (
	"fmt"

	"github.com/holdfast-db/holdfast/internal/trace"
)

// described is a message that becomes a line for people where it is printed, and
// costs nothing where it is not.
type described struct {
	message
	from trace.Side
}

// describeMessage describes a message of the client or of the server.
func describeMessage(m message, client bool) described {
	if client {
		return described{m, trace.Client}
	}
	return described{m, trace.Server}
}

func (d described) String() string {
	return trace.Describe(trace.Message{From: d.from, Type: d.kind(), Body: d.body()})
}

// trace writes what happens in a session.
func (c *conversation) trace(what, format string, args ...any) {
	if c.world.options.Trace != nil {
		c.world.trace(fmt.Sprintf("%d %-14s ", c.id, what) + fmt.Sprintf(format, args...))
	}
}
