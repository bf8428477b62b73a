package widget

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/baton-chat/baton/conversation"
)

// mark is what a client was told last apart from messages. A socket's connection keeps it; a client that polls carries it from call to call.
type mark struct {
	state, people   uint64 // of the frames
	delivered, seen int64  // how far the team is
	notice          int64  // the message for which a notice was shown
}

const markForm = "s%x.p%x.r%d-%d.n%d"

func (m mark) String() string {
	return fmt.Sprintf(markForm, m.state, m.people, m.delivered, m.seen, m.notice)
}

// parseMark returns nil for what is no mark: the client is then told all.
func parseMark(text string) *mark {
	var m mark
	if n, err := fmt.Sscanf(text, markForm, &m.state, &m.people, &m.delivered, &m.seen, &m.notice); err != nil || n != 5 || m.String() != text {
		return nil
	}
	return &m
}

// markOf is the mark of a frame.
func markOf(frame any) uint64 {
	data, err := json.Marshal(frame)
	if err != nil {
		panic("widget: a frame has no JSON form: " + err.Error())
	}
	h := fnv.New64a()
	_, _ = h.Write(data) // It never fails.
	return h.Sum64()
}

// markOfState is that of a state frame, without what every message changes.
func markOfState(c conversation.Conversation, team team) uint64 {
	s := stateOf(c, team)
	s.Head, s.Since = 0, time.Time{}
	return markOf(s)
}
