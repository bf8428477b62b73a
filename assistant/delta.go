package assistant

import (
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

const (
	// typingAfter is how long a model may be silent before the visitor is shown that something is being written. A quicker one needs no sign.
	typingAfter = 150 * time.Millisecond
	// typingLife is how long clients keep the sign, in seconds, and typingAgain when it is renewed.
	typingLife  = 12
	typingAgain = 8 * time.Second
)

// delta is the data of a workspace.EventDelta: a piece of an answer being written. Offset counts code points.
type delta struct {
	Conv   uuid.UUID `json:"conv"`
	Run    uuid.UUID `json:"run"`
	Epoch  int64     `json:"epoch"`
	Offset int       `json:"offset"`
	Text   string    `json:"text"`
	Pages  int       `json:"pages"`
	End    bool      `json:"end,omitempty"`
	Again  bool      `json:"again,omitempty"` // the whole text so far, which others hold already
}

type typing struct {
	Conv uuid.UUID         `json:"conv"`
	Who  map[string]string `json:"who"`
	On   bool              `json:"on"`
	TTL  int               `json:"ttl"`
}

// broadcast shows one run to whoever watches the conversation: a typing sign while the model is silent, then the pieces.
type broadcast struct {
	events workspace.Publisher
	round  round
	run    uuid.UUID

	mu     sync.Mutex
	shown  string
	pages  int
	typing bool
	closed bool
	timer  *time.Timer
}

func newBroadcast(events workspace.Publisher, r round, run uuid.UUID) *broadcast {
	b := &broadcast{events: events, round: r, run: run}
	b.timer = time.AfterFunc(typingAfter, b.sign)
	return b
}

// sign shows that something is being written, until the first words come.
func (b *broadcast) sign() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.shown != "" {
		return
	}
	b.typing = true
	b.signTyping(true)
	b.timer.Reset(typingAgain)
}

func (b *broadcast) signTyping(on bool) {
	b.publish(workspace.EventTyping, typing{Conv: b.round.Conversation, Who: map[string]string{"kind": conversation.ByAssistant}, On: on, TTL: typingLife})
}

// show publishes what is new in the text. A text that is not the one before and more starts over from offset 0.
func (b *broadcast) show(soFar string, pages int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || soFar == b.shown {
		return
	}
	offset, text := 0, soFar
	if b.shown != "" && strings.HasPrefix(soFar, b.shown) {
		offset, text = utf8.RuneCountInString(b.shown), soFar[len(b.shown):]
	}
	b.shown, b.pages = soFar, pages
	b.publish(workspace.EventDelta, delta{Conv: b.round.Conversation, Run: b.run, Epoch: b.round.Epoch, Offset: offset, Text: text, Pages: pages})
}

// again tells the whole text so far, or that something is being written, for whoever came in the middle of it or lost a piece.
func (b *broadcast) again() {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closed:
	case b.shown != "":
		b.publish(workspace.EventDelta, delta{Conv: b.round.Conversation, Run: b.run, Epoch: b.round.Epoch, Text: b.shown, Pages: b.pages, Again: true})
	case b.typing:
		b.signTyping(true)
	}
}

// void ends the showing at once: nothing more is published, whatever the model still says.
func (b *broadcast) void() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
}

// close ends the run. Where no message came of it, what was shown is taken back.
func (b *broadcast) close(stored bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.timer.Stop()
	if stored {
		return // The message takes the place of the pieces, and of the sign.
	}
	if b.shown != "" {
		b.publish(workspace.EventDelta, delta{Conv: b.round.Conversation, Run: b.run, Epoch: b.round.Epoch, End: true})
	}
	if b.typing {
		b.signTyping(false)
	}
}

func (b *broadcast) publish(kind string, v any) {
	b.events.Publish(workspace.NewEvent(b.round.Workspace, b.round.Conversation, kind, v))
}
