package trace

import (
	"fmt"
	"time"
)

// Place is where a message was seen.
type Place uint8

// The places of a message: before holdfast and behind it, in both directions.
// Remark is none of them: the line says what holdfast did.
const (
	ClientToHoldfast Place = iota
	HoldfastToServer
	ServerToHoldfast
	HoldfastToClient
	Remark
)

// places are their names, all as long.
var places = [...]string{"client -> holdfast", "holdfast -> server", "server -> holdfast", "holdfast -> client", "holdfast          "}

const placeSize = len("client -> holdfast")

func (p Place) String() string { return places[p] }

// appendLine adds a line of a file: seconds since its beginning, the place, and the
// message.
func appendLine(b []byte, at time.Duration, p Place, text string) []byte {
	micros := at.Microseconds()
	return fmt.Appendf(b, "%5d.%06d  %s  %s\n", micros/1e6, micros%1e6, p, text)
}
