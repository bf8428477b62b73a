package live

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/internal/chaos/history"
	"github.com/baton-chat/baton/realtime/core"
)

// visitor is a person with one or two tabs, which share a session as tabs of a browser do. The first one writes, the other reads along.
type visitor struct {
	w       *world
	name    string
	blocked bool // the network lets no socket through
	alone   bool // talks to the assistant; the others talk to a person
	agent   *agent
	tabs    []*tab
	rng     *rand.Rand

	mu     sync.Mutex
	secret string
	conv   atomic.Pointer[string]

	states chan string // what the screen says of who has the conversation
	heard  chan string // kinds of authors of messages that came onto the screen
}

// joined begins a participant's screen.
func joined(who, conv string) history.Event {
	return history.Event{Kind: history.Join, Who: who, Conv: conv}
}

// trouble is what no client may meet, whatever dies.
func (w *world) trouble(who, what string) {
	w.history.Record(history.Event{Kind: history.Trouble, Who: who, Name: what})
	w.say("TROUBLE %s: %s", who, what)
}

func (v *visitor) token() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.secret
}

// keep remembers the session's token, and returns the one before.
func (v *visitor) keep(token string) (before string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	before, v.secret = v.secret, token
	return before
}

// stated hears from a tab who has the conversation.
func (v *visitor) stated(state string) {
	select {
	case v.states <- state:
	default: // Only the last ones matter, and a full queue has those that led there.
	}
}

// come opens the tabs. They live until ctx ends; the talking ends before.
func (v *visitor) come(ctx context.Context, part uint64) {
	for i := range 1 + v.rng.IntN(5)/4 {
		t := newTab(v.w, v, fmt.Sprintf("%s.%d", v.name, i), part*8+uint64(i))
		if i == 0 {
			t.shown = func(f history.Heard) {
				select {
				case v.heard <- f.Author.Kind:
				default:
				}
			}
		}
		v.tabs = append(v.tabs, t)
	}
	v.w.running.Go(func() { v.tabs[0].run(ctx) })
	for _, t := range v.tabs[1:] {
		// Another tab finds the session that the first one stored.
		v.w.running.Go(func() {
			if v.await(ctx, 0, func() bool { return v.conv.Load() != nil }) {
				t.run(ctx)
			} else {
				close(t.ended)
			}
		})
	}
}

// await asks again and again until something holds. within 0: without end.
func (v *visitor) await(ctx context.Context, within time.Duration, holds func() bool) bool {
	began := time.Now()
	for !holds() {
		if pause(ctx, 50*time.Millisecond) != nil || within > 0 && time.Since(began) > within {
			return false
		}
	}
	return true
}

// outboxFull is how many messages a visitor leaves unacknowledged before they wait: people do not type into a void.
const outboxFull = 40

// talk is what the visitor does until ctx ends.
func (v *visitor) talk(ctx context.Context) {
	if !v.await(ctx, 0, func() bool { return v.conv.Load() != nil }) {
		return
	}
	if v.alone {
		v.askAlone(ctx)
		return
	}
	v.call(ctx)
	for v.await(ctx, 0, func() bool { return v.tabs[0].pending.Load() < outboxFull }) {
		for range 1 + v.rng.IntN(3) {
			v.say(ctx, v.words())
		}
		if pause(ctx, time.Duration(150+v.rng.IntN(1100))*time.Millisecond) != nil {
			return
		}
	}
}

// call asks for a person, until one is there.
func (v *visitor) call(ctx context.Context) {
	on, _ := json.Marshal(map[string]any{"t": "person", "on": true})
	t := v.tabs[0]
	t.tell(func() { t.do(ctx, core.Input{In: "send", Frame: on}) })
	for {
		select {
		case <-ctx.Done():
			return
		case state := <-v.states:
			switch state {
			case "waiting":
				v.agent.called(*v.conv.Load(), false)
			case "agent":
				return
			}
		}
	}
}

func (v *visitor) say(ctx context.Context, body string) {
	t := v.tabs[0]
	cid := uuid.Must(uuid.NewV7()).String()
	t.tell(func() { t.do(ctx, core.Input{In: "say", CID: cid, Body: body}) })
}

var questions = []string{
	"Do you ship to Bengaluru?", "What is your return policy for damaged items?", "Is there no-cost EMI on my card?", "How long does a refund take?",
	"Which warranty has the Tab 11?", "Can I change the delivery address?", "Where is your store in Pune?", "What does express delivery cost?",
}

var vocabulary = strings.Fields("order parcel screen tablet tomorrow courier invoice address Bengaluru charger ₹24,990 battery refund replace broken photo thanks please again street number हाँ नमस्ते")

// words are a message of a few words; every one is different, because texts tell messages apart.
func (v *visitor) words() string {
	var b strings.Builder
	for range 3 + v.rng.IntN(20) {
		b.WriteString(vocabulary[v.rng.IntN(len(vocabulary))])
		b.WriteByte(' ')
	}
	fmt.Fprintf(&b, "%s-%d", v.name, v.rng.IntN(1<<30))
	return b.String()
}

// answerWithin is how long a visitor waits for an answer before the next question.
const answerWithin = 20 * time.Second

// askAlone asks the assistant one thing after another. Now and then an agent takes over in the middle of an answer, and hands back.
func (v *visitor) askAlone(ctx context.Context) {
	for ctx.Err() == nil {
		if v.tabs[0].pending.Load() > 0 && !v.await(ctx, answerWithin, func() bool { return v.tabs[0].pending.Load() == 0 }) {
			continue
		}
		v.say(ctx, questions[v.rng.IntN(len(questions))]+" "+v.name+fmt.Sprint(v.rng.IntN(1<<20)))
		// Before the first message there is no conversation that an agent could open.
		if v.rng.IntN(5) == 0 && v.tabs[0].reached.Load() > 0 {
			v.agent.called(*v.conv.Load(), true)
		}
		v.w.asking.Add(1)
		v.hearSomebody(ctx)
		v.w.asking.Add(-1)
		if pause(ctx, time.Duration(500+v.rng.IntN(4000))*time.Millisecond) != nil {
			return
		}
	}
}

// hearSomebody waits until somebody answers, or patience ends.
func (v *visitor) hearSomebody(ctx context.Context) {
	patience := time.After(answerWithin)
	for {
		select {
		case <-ctx.Done():
			return
		case <-patience:
			return
		case kind := <-v.heard:
			if kind == "assistant" || kind == "agent" {
				return
			}
		}
	}
}
