package agentconsole

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/baton-chat/baton/conversation"
)

// packet is the story at the moment of the handoff. The assistant writes it; until it has, the console shows what the handoff itself knows, so that
// nobody waits for a summary to learn why they were called.
type packet struct {
	At        time.Time       `json:"at"`
	Rule      packetRule      `json:"rule"`
	Why       packetWhy       `json:"why"`
	Summary   json.RawMessage `json:"summary"`
	Sources   json.RawMessage `json:"sources"`
	Mood      json.RawMessage `json:"mood"`
	Queued    *int            `json:"queued_seconds"`
	ClaimedBy *string         `json:"claimed_by"`
}

// packetRule is why the baton was passed: in English, and as a code with its arguments for clients that word it themselves.
type packetRule struct {
	ID    string            `json:"id"`
	Title string            `json:"title"`
	Code  string            `json:"code,omitempty"`
	Args  map[string]string `json:"args,omitempty"`
}

type packetWhy struct {
	Seq     int64               `json:"seq"`
	Text    string              `json:"text"`
	Matches []conversation.Span `json:"matches"`
}

// packetSource is a source that the visitor was shown.
type packetSource struct {
	N     int    `json:"n"`
	Title string `json:"title"`
	URL   string `json:"url"`
	Seq   int64  `json:"seq"`
}

// packet returns the packet of the latest handoff, or nil where there was none or the assistant has the conversation again.
func (h *Handler) packet(ctx context.Context, conv conversation.Conversation, messages []conversation.Message) (*packet, error) {
	if conv.State == conversation.Assistant {
		return nil, nil
	}
	handoff, err := h.Conversations.LastHandoff(ctx, conv.Workspace, conv.ID)
	if errors.Is(err, conversation.ErrUnknown) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p, err := newPacket(handoff, messages)
	return &p, err
}

// newPacket lays the written packet over what the handoff itself knows. Who came, and after how long, is known only later and never part of what was written.
func newPacket(handoff conversation.Handoff, messages []conversation.Message) (packet, error) {
	p := packet{
		At: stamp(handoff.At), Rule: packetRule{ID: handoff.Rule, Title: handoff.Reason},
		Why: packetWhy{Seq: handoff.WhySeq, Matches: handoff.Matches}, Summary: json.RawMessage("[]"), Mood: json.RawMessage(`{"points":[],"word":"calm"}`),
	}
	if p.Why.Matches == nil {
		p.Why.Matches = []conversation.Span{}
	}
	var err error
	if p.Sources, err = json.Marshal(shownSources(messages, handoff.Seq)); err != nil {
		return p, err
	}
	if why := handoff.WhySeq; why > 0 && why <= int64(len(messages)) {
		p.Why.Text = messages[why-1].Body
	}
	if handoff.Packet != nil {
		if err := json.Unmarshal(handoff.Packet, &p); err != nil {
			return p, fmt.Errorf("read packet: %w", err)
		}
	}
	p.Queued, p.ClaimedBy = nil, nil
	if handoff.ClaimedAt != nil {
		p.ClaimedBy = &handoff.ClaimedBy
		// Who came by themselves let nobody wait.
		if handoff.Rule != conversation.RuleClaimed {
			seconds := int(handoff.ClaimedAt.Sub(handoff.At).Seconds())
			p.Queued = &seconds
		}
	}
	return p, nil
}

// shownSources lists the pages that the assistant cited before the handoff, each once.
func shownSources(messages []conversation.Message, before int64) []packetSource {
	list := []packetSource{}
	seen := map[string]bool{}
	for _, m := range messages {
		if m.Seq >= before {
			break
		}
		for _, c := range m.Citations {
			key := c.Title + "\n" + c.URL
			if !seen[key] {
				seen[key] = true
				list = append(list, packetSource{N: c.N, Title: c.Title, URL: c.URL, Seq: m.Seq})
			}
		}
	}
	return list
}
