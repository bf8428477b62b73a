package history

import "fmt"

// Need says what a run must have gone through to prove anything.
type Need struct {
	Messages int     // rows that somebody wrote
	Faults   int     // faults that somebody felt
	Unknown  float64 // share of attempts without a known outcome, in percent
	Answers  bool    // every turn that the assistant still has must be answered at the end, and every message acknowledged or refused
	Claims   int     // conversations that a person took over
}

// MinUnknown is the share of attempts, in percent, whose outcome nobody may know for a run to be worth something: below it the faults missed the moments that matter.
const MinUnknown = 1.0

// Checker judges one history, given event by event.
type Checker struct {
	need   Need
	report Report

	sent    map[string]*sent     // by cid
	order   int                  // of first attempts
	screens map[place]*screen    // by participant and conversation
	rows    map[string][]*stored // by conversation, as the dump gives them
	byCID   map[place]*stored    // by conversation and cid
	final   map[string]string    // conversation → state at the end
}

// place is a pair of names: a participant's conversation, or a message in a conversation.
type place struct{ in, what string }

// sent is an operation that makes a message, over all its attempts.
type sent struct {
	who, op, conv, sum string
	order              int
	acked              int64 // the seq it was acknowledged at
	refused            string
	void               bool // thrown away by a restore
}

// stored is a message in the database.
type stored struct {
	Event
	sender int // place in its sender's order, from 1; 0: nobody of this run sent it
}

// NewChecker returns a checker that asks a run for so much.
func NewChecker(need Need) *Checker {
	return &Checker{
		need: need, report: Report{Broken: map[Rule]int{}, Faults: map[string]int{}}, sent: map[string]*sent{}, screens: map[place]*screen{},
		rows: map[string][]*stored{}, byCID: map[place]*stored{}, final: map[string]string{},
	}
}

// Add takes the next event.
func (c *Checker) Add(e Event) {
	switch e.Kind {
	case Join:
		c.screens[place{e.Who, e.Conv}] = &screen{}
	case Leave:
		if s := c.screens[place{e.Who, e.Conv}]; s != nil {
			s.left = true
		}
	case Invoke:
		c.invoked(e)
	case OK:
		c.acknowledged(e)
	case Fail:
		if m := c.sent[e.CID]; m != nil && makesMessage(e.Op) {
			m.refused = e.Name
		}
	case Unknown:
		c.report.Unknown++
	case Void:
		if m := c.sent[e.CID]; m != nil {
			m.void = true
		}
	case Trouble:
		c.report.broke(Visible, "%s: %s", e.Who, e.Name)
	case Fault:
		c.report.Faults[e.Name]++
		if e.Effects > 0 {
			c.report.Effective++
		}
	case Row:
		row := &stored{Event: e}
		c.rows[e.Conv] = append(c.rows[e.Conv], row)
	case Final:
		c.final[e.Conv] = e.State
	case Shown, Forget, Tick, Piece, State:
		c.onScreen(e)
	}
}

func makesMessage(op string) bool { return op == OpSay || op == OpReply }

func (c *Checker) invoked(e Event) {
	c.report.Attempts++
	if !makesMessage(e.Op) {
		return
	}
	m := c.sent[e.CID]
	if m == nil {
		c.order++
		c.sent[e.CID] = &sent{who: e.Who, op: e.Op, conv: e.Conv, sum: e.Sum, order: c.order}
		return
	}
	if m.sum != e.Sum || m.conv != e.Conv {
		c.report.broke(Reused, "%s sent %s with another text, so this history is no client's of the protocol", e.Who, e.CID)
	}
}

func (c *Checker) acknowledged(e Event) {
	if e.Op == OpReuse {
		c.report.broke(Reused, "the cid %s was acknowledged for a second text (%s, conversation %s)", e.CID, e.Who, e.Conv)
		return
	}
	if !makesMessage(e.Op) {
		return
	}
	m := c.sent[e.CID]
	switch {
	case m == nil:
		c.report.broke(Foreign, "%s was given an acknowledgement of %s, which nobody sent", e.Who, e.CID)
	case m.acked == 0:
		m.acked = e.Seq
		c.report.Acked++
	case m.acked != e.Seq && !m.void:
		c.report.broke(AckMoved, "%s was acknowledged at %d, and again at %d (%s)", e.CID, m.acked, e.Seq, e.Who)
	}
}

func (c *Checker) onScreen(e Event) {
	s := c.screens[place{e.Who, e.Conv}]
	if s == nil {
		c.report.broke(Foreign, "%s was shown a %s of conversation %s, which is not theirs", e.Who, e.Kind, e.Conv)
		return
	}
	switch e.Kind {
	case Shown:
		c.report.Shown++
		c.report.shows(s, e)
	case Forget:
		s.forget(e.Seq)
	case Tick:
		c.report.ticks(s, e)
	case Piece:
		c.report.pieces(s, e)
	case State:
		s.state, s.epoch = e.State, max(s.epoch, e.Epoch)
	}
}

// Report judges what was added.
func (c *Checker) Report() *Report {
	for conv, rows := range c.rows {
		c.judgeRows(conv, rows)
	}
	c.judgeAcks()
	for at, s := range c.screens {
		c.judgeScreen(at, s)
	}
	c.report.Screens = len(c.screens)
	c.judgeWorth()
	return &c.report
}

// judgeAcks holds what was acknowledged against what is stored.
func (c *Checker) judgeAcks() {
	for cid, m := range c.sent {
		row := c.byCID[place{m.conv, cid}]
		switch {
		case m.void:
			// What was acknowledged before the restore is gone; what the client sent again has a place of its own.
		case m.acked == 0 && m.refused == "" && c.need.Answers:
			c.report.broke(Lost, "%s of %s was sent, and in the end neither acknowledged nor refused", cid, m.who)
		case row == nil && m.acked > 0:
			c.report.broke(Lost, "%s of %s was acknowledged at %d in %s and is not in the database", cid, m.who, m.acked, m.conv)
		case row == nil:
		case m.acked > 0 && row.Seq != m.acked:
			c.report.broke(AckMoved, "%s of %s was acknowledged at %d and stands at %d", cid, m.who, m.acked, row.Seq)
		case m.refused != "":
			c.report.broke(Refused, "%s of %s was refused with %s and is stored at %d", cid, m.who, m.refused, row.Seq)
		}
		if row != nil && row.Sum != m.sum {
			c.report.broke(Altered, "%s of %s is stored with another text", cid, m.who)
		}
	}
}

// judgeWorth says whether the run proves anything.
func (c *Checker) judgeWorth() {
	r := &c.report
	r.wants(r.Messages >= c.need.Messages, "%d messages were stored, %d are needed", r.Messages, c.need.Messages)
	r.wants(r.Effective >= c.need.Faults, "%d faults were felt by anybody, %d are needed", r.Effective, c.need.Faults)
	r.wants(percent(r.Unknown, r.Attempts) >= c.need.Unknown, "%.2f %% of the attempts have no known outcome, %.2f %% are needed", percent(r.Unknown, r.Attempts), c.need.Unknown)
	claims := 0
	for _, rows := range c.rows {
		for _, row := range rows {
			if row.Name == "joined" {
				claims++
			}
		}
	}
	r.wants(claims >= c.need.Claims, "%d times a person took over, %d are needed", claims, c.need.Claims)
}

func (r *Report) wants(there bool, format string, values ...any) {
	if !there {
		r.Invalid = append(r.Invalid, fmt.Sprintf(format, values...))
	}
}
