package widget

import (
	"encoding/json"

	"github.com/google/uuid"
)

// pollRequest is one call of the long poll: all that a socket would remember, and the frames to take. The frames are decoded one by one, so that a bad one
// is refused like on a socket and spoils no other.
type pollRequest struct {
	V       int                 `json:"v"`
	Caps    []string            `json:"caps"`
	Token   string              `json:"token"`
	Store   string              `json:"store"`
	Cursors map[uuid.UUID]int64 `json:"cursors"`
	Mark    string              `json:"mark"`
	Run     uuid.UUID           `json:"run"`
	Offset  int                 `json:"offset"`
	// Wait is in seconds; nil stands for the longest.
	Wait   *float64          `json:"wait"`
	Frames []json.RawMessage `json:"frames"`
}

type pollResponse struct {
	Mark   string            `json:"mark"`
	Frames []json.RawMessage `json:"frames"`
}
