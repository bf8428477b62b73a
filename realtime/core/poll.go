package core

// Call is one call of the long poll.
type Call struct {
	V       int              `json:"v"`
	Caps    []string         `json:"caps"`
	Token   string           `json:"token"`
	Store   string           `json:"store"`
	Cursors map[string]int64 `json:"cursors"`
	Mark    string           `json:"mark"`
	Run     string           `json:"run,omitempty"`
	Offset  int              `json:"offset,omitempty"`
	Wait    int              `json:"wait"`
	Frames  []any            `json:"frames"`
}

// call makes the next call, with all that is to be sent.
func (c *Core) call() {
	body := &Call{
		V: 1, Caps: []string{"delta"}, Token: c.token, Store: c.store, Cursors: c.cursors(), Mark: c.mark, Run: c.run, Offset: c.offset, Wait: pollWait, Frames: []any{},
	}
	if c.state == Live {
		for _, f := range c.extra {
			body.Frames = append(body.Frames, f)
		}
		c.extra = nil
		limit := window
		if c.narrow {
			limit = 1
		}
		for _, e := range c.next(limit) {
			body.Frames = append(body.Frames, e.frame())
		}
	}
	c.calling, c.sending, c.callBy = true, len(body.Frames) > 0, c.now+pollPatience
	if c.state == Opening {
		c.callBy = c.now + greet
	}
	c.do(Output{Out: "poll", Body: body})
}

// pumpCall sees to it that what waits goes out: with a call of its own, for which one that only waits is given up. One that sends is waited for.
func (c *Core) pumpCall() {
	if c.taking || c.calling && c.sending || c.now < c.callAt {
		return
	}
	if len(c.extra) == 0 && !c.waits() {
		return
	}
	c.endCall()
	c.call()
}

// waits reports whether a message could go out.
func (c *Core) waits() bool {
	return c.paused <= c.now && len(c.entries) > 0 && c.entries[0].ready && !c.entries[0].sent
}

func (c *Core) endCall() {
	if c.calling {
		c.do(Output{Out: "abort"})
		c.calling = false
	}
}

// answered takes the answer of a call, and makes the next.
func (c *Core) answered(in Input) {
	if !c.calling {
		return
	}
	c.calling, c.taking = false, true
	c.mark, c.tries, c.misses, c.callAt = in.Mark, 0, 0, 0
	for _, f := range in.Frames {
		c.take(f)
		if c.state != Opening && c.state != Live {
			break // It ended the link.
		}
	}
	c.taking = false
	if c.state != Opening && c.state != Live {
		return
	}
	// What had no answer goes again, and what is to wait waits by its pause.
	c.unsend()
	if c.now >= c.callAt {
		c.call()
	}
}

// failed hears that a call had no answer, or a refusal.
func (c *Core) failed(in Input) {
	if !c.calling {
		return
	}
	c.calling = false
	then := onStatus(in.Status)
	missed := then == retry
	if then == tooLarge && !c.narrow {
		// It is not known which message was too large: they go one by one.
		c.narrow, then = true, retry
	}
	c.hold, c.holdUntil = 0, c.now
	if in.Retry > 0 {
		c.hold = max(seconds(in.Retry), c.backoff())
	}
	c.endProbe()
	c.lost(then, missed)
}

// endProbe gives up the socket that is tried beside the poll.
func (c *Core) endProbe() {
	if c.probing {
		c.do(Output{Out: "close"})
		c.probing = false
	}
}

func (c *Core) probe() {
	if c.probing {
		return
	}
	c.probing, c.probeBy = true, c.now+greet
	c.do(Output{Out: "open"})
}

// pollTimer does what is due while polling.
func (c *Core) pollTimer() {
	switch {
	case c.calling && c.now >= c.callBy:
		c.do(Output{Out: "abort"})
		c.failed(Input{})
		return
	case !c.calling && c.now >= c.callAt:
		c.call()
	}
	if c.state != Live {
		return
	}
	switch {
	case c.probing && c.now >= c.probeBy:
		c.endProbe()
		c.probeAt = c.now + c.probePause()
	case !c.probing && c.now >= c.probeAt:
		c.probe()
	}
}
