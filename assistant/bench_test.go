package assistant_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/workspace"
)

// BenchmarkRound measures one visitor's message at zero model time, on real PostgreSQL and a real job queue: from the committed message to the first piece of its answer, and to the
// committed answer.
//
//	go test -run - -bench Round -benchtime 200x ./assistant
func BenchmarkRound(b *testing.B) {
	h := open(b)
	h.start()
	v := h.visit()
	questions := []string{"Do you ship to Bengaluru?", "Which cards have no-cost EMI?", "How long does a refund take?", "Can I cancel my order?"}
	v.answer(v.says(questions[0]))
	var first, whole []time.Duration
	for i := range b.N {
		if i%20 == 0 {
			v = h.visit() // Conversations of people have tens of messages, not thousands.
		}
		delta, done := make(chan time.Time, 64), make(chan time.Time, 1)
		stop := h.bus.watch(h.workspace, v.session.Conversation, func(e workspace.Event) {
			switch e.Kind {
			case workspace.EventDelta:
				select {
				case delta <- time.Now():
				default:
				}
			case workspace.EventMessage:
				var m conversation.Message
				if json.Unmarshal(e.Data, &m) == nil && m.Author.Kind == conversation.ByAssistant {
					done <- time.Now()
				}
			}
		})
		v.says(questions[i%len(questions)])
		said := time.Now()
		end := <-done
		stop()
		first, whole = append(first, (<-delta).Sub(said)), append(whole, end.Sub(said))
	}
	report := func(name string, all []time.Duration) {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, name+"-p50-ms")
		b.ReportMetric(float64(all[len(all)*95/100].Microseconds())/1000, name+"-p95-ms")
	}
	report("first", first)
	report("committed", whole)
}
