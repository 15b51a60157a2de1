package trace

import "fmt"

// Place is where a message was seen.
type Place uint8

// The places of a message: before holdfast and behind it, in both directions.
// Remark is none of them: the line says something about the recording.
const (
	ClientToHoldfast Place = iota
	HoldfastToServer
	ServerToHoldfast
	HoldfastToClient
	Remark
)

// places are their names, all of the same length.
var places = [...]string{"client -> holdfast", "holdfast -> server", "server -> holdfast", "holdfast -> client"}

func (p Place) String() string {
	if int(p) < len(places) {
		return places[p]
	}
	return "#"
}

// appendLine adds a line of a file: microseconds since its beginning, the place,
// and the message.
func appendLine(b []byte, micros int64, p Place, text string) []byte {
	return fmt.Appendf(b, "%10d  %s  %s\n", micros, p, text)
}
