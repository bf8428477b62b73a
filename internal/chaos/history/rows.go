package history

import (
	"cmp"
	"slices"
)

// judgeRows judges one conversation as the database holds it.
func (c *Checker) judgeRows(conv string, rows []*stored) {
	slices.SortStableFunc(rows, func(a, b *stored) int { return cmp.Compare(a.Seq, b.Seq) })
	last := map[string]*stored{} // by sender
	for i, row := range rows {
		if row.Type == "text" {
			c.report.Messages++
		}
		if want := int64(i) + 1; row.Seq != want {
			c.report.broke(Gap, "%s has %d where %d should stand", conv, row.Seq, want)
		}
		at := place{conv, row.CID}
		if first := c.byCID[at]; first != nil {
			c.report.broke(Doubled, "%s is stored at %d and at %d of %s", row.CID, first.Seq, row.Seq, conv)
			continue
		}
		c.byCID[at] = row
		m := c.sent[row.CID]
		if m == nil || m.void {
			continue
		}
		if m.conv != conv {
			c.report.broke(Foreign, "%s of %s was sent to %s and is stored in %s", row.CID, m.who, m.conv, conv)
		}
		row.sender = m.order
		if before := last[m.who]; before != nil && before.sender > row.sender {
			c.report.broke(SenderOrder, "%s sent %s before %s, and they stand at %d and %d of %s", m.who, row.CID, before.CID, row.Seq, before.Seq, conv)
		}
		last[m.who] = row
	}
	c.judgeAssistant(conv, rows)
}

// baton follows who has a conversation, from the lines that tell of it.
type baton struct {
	epoch   int64 // claims so far
	person  bool  // a person has it
	asked   int64 // the visitor's last message
	met     bool  // somebody has said something since
	replies map[turn]int64
}

// turn is what the assistant may answer once: a message of the visitor, under one epoch.
type turn struct{ seq, epoch int64 }

// judgeAssistant judges what the assistant said: once for each turn, and never while a person has the conversation.
func (c *Checker) judgeAssistant(conv string, rows []*stored) {
	b := baton{replies: map[turn]int64{}}
	for _, row := range rows {
		switch {
		case row.Type == "event":
			b.event(row.Name)
		case row.Type != "text":
		case row.By == "visitor":
			b.asked, b.met = row.Seq, false
		case row.By == "assistant":
			c.report.Answers++
			c.judgeReply(conv, &b, row)
			b.met = true
		default:
			b.met = true
		}
	}
	if c.need.Answers && c.final[conv] == "assistant" && b.asked > 0 && !b.met {
		c.report.broke(NoAnswer, "%s is with the assistant, which never answered %d", conv, b.asked)
	}
}

func (b *baton) event(name string) {
	switch name {
	case "joined":
		b.epoch++
		b.person = true
	case "handed_back", "resolved", "reopened":
		b.person = false
	}
}

func (c *Checker) judgeReply(conv string, b *baton, row *stored) {
	if b.person {
		c.report.broke(AfterClaim, "the assistant's message %d of %s was stored while a person had the conversation", row.Seq, conv)
	}
	at := turn{b.asked, b.epoch}
	if first := b.replies[at]; first > 0 {
		c.report.broke(TwoAnswers, "the visitor's message %d of %s was answered at %d and at %d", at.seq, conv, first, row.Seq)
		return
	}
	b.replies[at] = row.Seq
}
