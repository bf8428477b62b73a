package history

// screen is what one participant has of one conversation before their eyes.
type screen struct {
	shown []Event
	left  bool

	state string // who has the conversation, as the screen says
	epoch int64

	ticks map[string][2]int64 // by whose they are: delivered, seen
}

// shows puts a message on the screen. It must be the next one, at this moment and not only in the end: people read while it happens.
func (r *Report) shows(s *screen, e Event) {
	next := int64(len(s.shown)) + 1
	switch {
	case e.Seq > next:
		r.broke(Gap, "%s was shown %d of %s after %d", e.Who, e.Seq, e.Conv, next-1)
	case e.Seq < next:
		r.broke(Doubled, "%s was shown %d of %s again, after %d", e.Who, e.Seq, e.Conv, next-1)
	}
	for _, before := range s.recent() {
		if before.CID == e.CID && before.Seq != e.Seq {
			r.broke(Doubled, "%s was shown %s of %s at %d and at %d", e.Who, e.CID, e.Conv, before.Seq, e.Seq)
		}
	}
	s.shown = append(s.shown, e)
}

// recently is how far back a message is looked for that is shown again under another number; the comparison with the database finds those from further back.
const recently = 8

func (s *screen) recent() []Event { return s.shown[max(0, len(s.shown)-recently):] }

// forget takes off what stands after seq. Whoever is told to forget is told everything anew, the state and the ticks too.
func (s *screen) forget(seq int64) {
	s.state, s.epoch = "", 0
	for len(s.shown) > 0 && s.shown[len(s.shown)-1].Seq > seq {
		s.shown = s.shown[:len(s.shown)-1]
	}
	for whose, tick := range s.ticks {
		s.ticks[whose] = [2]int64{min(tick[0], seq), min(tick[1], seq)}
	}
}

// ticks compares marks of delivery with those that stood before.
func (r *Report) ticks(s *screen, e Event) {
	if s.ticks == nil {
		s.ticks = map[string][2]int64{}
	}
	before := s.ticks[e.By]
	if e.Delivered < before[0] || e.Seen < before[1] {
		r.broke(TickBack, "%s: delivered %d and seen %d of %s, after %d and %d", e.Who, e.Delivered, e.Seen, e.Conv, before[0], before[1])
	}
	if e.Seen > e.Delivered {
		r.broke(TickBack, "%s: %d of %s seen, and only %d delivered", e.Who, e.Seen, e.Conv, e.Delivered)
	}
	s.ticks[e.By] = [2]int64{max(before[0], e.Delivered), max(before[1], e.Seen)}
}

// pieces judges a piece of an answer being written: after a claim nobody may see the assistant go on.
func (r *Report) pieces(s *screen, e Event) {
	if s.state == "agent" || e.Epoch < s.epoch {
		r.broke(AfterClaim, "%s saw a piece of the answer %s of %s, epoch %d, while the screen said %q, epoch %d", e.Who, e.Run, e.Conv, e.Epoch, s.state, s.epoch)
	}
}

// judgeScreen holds a screen against the database.
func (c *Checker) judgeScreen(at place, s *screen) {
	rows := c.rows[at.what]
	for i, e := range s.shown {
		if i >= len(rows) || rows[i].Seq != e.Seq || rows[i].CID != e.CID {
			c.strange(at, e, rows)
			continue
		}
		row := rows[i]
		if hidden := e.Type == "hidden" && row.Type == "note"; !hidden && (row.Sum != e.Sum || row.Type != e.Type || row.By != e.By) {
			c.report.broke(Altered, "%s was shown %d of %s as another message than is stored", at.in, e.Seq, at.what)
		}
	}
	if !s.left && len(s.shown) < len(rows) {
		first := rows[len(s.shown)]
		c.report.broke(Lost, "%s has %d of the %d messages of %s; the first that is missing is %s by %s", at.in, len(s.shown), len(rows), at.what, first.CID, first.By)
	}
	for whose, tick := range s.ticks {
		if head := int64(len(rows)); tick[0] > head {
			c.report.broke(TickBack, "%s: %d of %s delivered to the %s, which ends at %d", at.in, tick[0], at.what, whose, head)
		}
	}
}

// strange says what is wrong with a message on a screen that the database does not have at this place.
func (c *Checker) strange(at place, e Event, rows []*stored) {
	row := c.byCID[place{at.what, e.CID}]
	switch {
	case row != nil && row.Seq != e.Seq:
		c.report.broke(Disorder, "%s was shown %s of %s at %d; the database has it at %d", at.in, e.CID, at.what, e.Seq, row.Seq)
	case row != nil:
		c.report.broke(Disorder, "%s was shown %d of %s in another place of the list", at.in, e.Seq, at.what)
	case c.sent[e.CID] != nil && c.sent[e.CID].conv != at.what:
		c.report.broke(Foreign, "%s was shown %s in %s, which was sent to %s", at.in, e.CID, at.what, c.sent[e.CID].conv)
	default:
		c.report.broke(Lost, "%s was shown %s at %d of %s, which is not in the database (%d messages)", at.in, e.CID, e.Seq, at.what, len(rows))
	}
}
