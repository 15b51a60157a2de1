package simulate

import "github.com/holdfast-db/holdfast/internal/trace"

// describeMessage writes a message of the client or of the server as a line for
// people.
func describeMessage(m message, client bool) string {
	from := trace.Server
	if client {
		from = trace.Client
	}
	return trace.Describe(trace.Message{From: from, Type: m.kind(), Body: m.body()})
}
