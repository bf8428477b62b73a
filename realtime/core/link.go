package core

import "math"

// Times in milliseconds.
const (
	// pingEvery is the mean of the beats, and pingSpread how far they scatter, so that clients do not beat in step.
	pingEvery, pingSpread = 10_000, 4_000
	// dead is how long nothing may be heard: two beats may be late.
	dead = 22_000
	// greet bounds the way from an attempt to its welcome.
	greet = 10_000
	// steady is how long a link must have been up for its failures to be forgotten; a server that welcomes and closes at once would be hammered otherwise.
	steady = 10_000
	// answer is how long a link may take to answer the ping of a wake: a machine that slept has dead sockets that look alive.
	answer = 5_000
	// base and ceiling bound the back-off.
	base, ceiling = 500, 30_000
	// spread is how far clients scatter that were sent away together, where the server does not say.
	spread = 3_000
	// later is the pause of a client that was too much.
	later = 10_000
	// pollWait is for how long a call may wait for news, in seconds, and pollPatience how long its answer may take in all.
	pollWait, pollPatience = 25, 35_000
	// probeEvery is how often a client that polls tries a socket, on average.
	probeEvery = 60_000
	// firstProbe is how much sooner the first one is tried: maybe nothing was in the way but a server that restarted.
	firstProbe = 6
	// holds is how long a time that the server asked for stands for the close that follows it.
	holds = 5_000
)

// fallback is after how many attempts without a welcome a transport is given up for the other.
const fallback = 3

// never is no time.
const never = math.MaxInt64

// link is the state of the connection.
type link struct {
	state       State
	transport   string
	needSession bool
	tries       int // failures in a row, for the back-off
	misses      int // attempts in a row that this transport failed before a welcome

	greetBy   int64
	retryAt   int64
	heardAt   int64
	liveSince int64
	pingAt    int64
	answerBy  int64 // never: no answer is being waited for
	hold      int64 // how long the server asked to stay away, and until when that stands for the close that follows
	holdUntil int64

	mark    string
	calling bool // a call is under way
	sending bool // it has frames
	taking  bool // its answer is being taken: no other call begins
	callBy  int64
	callAt  int64 // the next call not before

	probing bool // a socket is tried while polling
	probeBy int64
	probeAt int64
}

// Due is when the timer input is to come, in milliseconds; ok is false where nothing waits for time.
func (c *Core) Due() (at int64, ok bool) {
	at = never
	switch {
	case c.state == Waiting:
		at = c.retryAt
	case c.state != Opening && c.state != Live:
	case c.transport == Poll:
		at = c.pollDue()
	case c.state == Opening:
		at = c.greetBy
	default:
		at = min(c.pingAt, c.heardAt+dead, c.answerBy)
	}
	if c.state == Live && c.paused > 0 {
		at = min(at, c.paused)
	}
	return at, at != never
}

func (c *Core) pollDue() int64 {
	at := c.callAt
	if c.calling {
		at = c.callBy
	}
	if c.state != Live {
		return at // No socket is tried before the poll is welcomed.
	}
	if c.probing {
		return min(at, c.probeBy)
	}
	return min(at, c.probeAt)
}

func (c *Core) connection(in Input) {
	switch in.In {
	case "start":
		if c.state == Idle {
			c.attempt()
		}
	case "stop":
		c.drop()
		c.enter(Idle)
	case "wake":
		c.wake()
	case "session":
		c.admitted(in)
	case "no_session":
		c.refused(in)
	case "opened":
		if c.probing || c.state == Opening && c.transport == Socket {
			c.hello()
		}
	case "closed":
		c.closed(in.Code)
	case "timer":
		c.timer()
	}
}

// attempt begins anew with whatever the transport needs.
func (c *Core) attempt() {
	if c.token == "" || c.needSession {
		c.enter(Session)
		c.do(Output{Out: "session"})
		return
	}
	if c.misses >= fallback {
		// Each gets its turn: where polls fail as well, one socket is tried between them.
		if c.transport == Socket {
			c.transport, c.misses = Poll, 0
		} else {
			c.transport, c.misses = Socket, fallback-1
		}
	}
	c.hold, c.mark = 0, ""
	c.enter(Opening)
	if c.transport == Socket {
		c.greetBy = c.now + greet
		c.do(Output{Out: "open"})
		return
	}
	c.callAt, c.probeAt = 0, c.now+c.probePause()/firstProbe
	c.call()
}

func (c *Core) probePause() int64 { return int64(probeEvery * (0.8 + 0.4*c.random())) }

func (c *Core) admitted(in Input) {
	if c.state != Session {
		return
	}
	c.needSession, c.token = false, in.Token
	// The store stands for the history that the cursor counts in, so it is not renewed here while there is one.
	if c.cursor == 0 {
		c.store = in.Store
	}
	c.moveTo(in.Conv)
	c.attempt()
}

// moveTo goes on in another conversation: the one before cannot be written to any more.
func (c *Core) moveTo(conv string) {
	if conv == "" || conv == c.conv {
		return
	}
	if c.conv != "" {
		c.forget(0)
		c.do(Output{Out: "reset", Conv: conv, From: new(int64)})
		c.delivered, c.seen, c.read = 0, 0, 0
	}
	c.conv = conv
	c.move(conv)
}

func (c *Core) refused(in Input) {
	switch {
	case c.state != Session:
	case in.Refused:
		c.enter(Stopped)
	default:
		c.wait(max(seconds(in.Retry), c.backoff()))
	}
}

func seconds(s float64) int64 { return int64(s * 1000) }

// backoff is the next pause: anywhere from nothing to a ceiling that doubles, because thousands of clients that lost the same server must not come back at once.
func (c *Core) backoff() int64 {
	pause := c.random() * min(ceiling, base*math.Pow(2, float64(c.tries)))
	c.tries++
	return int64(pause)
}

func (c *Core) wait(pause int64) {
	c.retryAt = c.now + pause
	c.enter(Waiting)
}

func (c *Core) wake() {
	switch {
	case c.state == Waiting:
		c.attempt()
	case c.state != Live:
	case c.transport == Socket:
		if c.answerBy == never {
			c.beat()
			c.answerBy = c.now + answer
		}
	default:
		c.probe()
	}
}

// beat pings, and sets the time for the next.
func (c *Core) beat() {
	c.do(Output{Out: "send", Frame: plain{T: "ping"}})
	c.nextBeat()
}

func (c *Core) nextBeat() {
	c.pingAt = c.now + pingEvery - pingSpread/2 + int64(c.random()*pingSpread)
}

// closed hears that a socket ended: the one that carries the link, or one that was tried beside the poll.
func (c *Core) closed(code int) {
	if c.probing {
		c.probing, c.probeAt = false, c.now+c.probePause()
		return
	}
	if c.transport != Socket || c.state != Opening && c.state != Live {
		return
	}
	c.lost(onClose(code), c.state == Opening)
}

// lost goes on after the link ended.
func (c *Core) lost(then action, missed bool) {
	first := c.tries == 0
	if c.now > c.holdUntil {
		c.hold = 0
	}
	if then == tooLarge {
		c.failLargest()
	}
	c.unsend()
	switch then {
	case refuse:
		c.enter(Stopped)
		return
	case renew:
		c.needSession = true
	}
	// Only what looks like a network in the way counts against a transport, not what the server said.
	if missed && then == retry && c.hold == 0 {
		c.misses++
	}
	pause := c.backoff()
	switch {
	case c.hold > 0:
		pause = c.hold
	case first && (then == atOnce || then == renew):
		// The first loss of a steady link asks for no caution; a second one in a row does.
		c.attempt()
		return
	case then == scatter:
		pause = max(pause, int64(c.random()*spread))
	case then == muchLater:
		pause += later
	}
	c.wait(pause)
}

// timer does what is due.
func (c *Core) timer() {
	if at, ok := c.Due(); !ok || c.now < at {
		return
	}
	switch {
	case c.state == Waiting:
		c.attempt()
		return
	case c.transport == Poll:
		c.pollTimer()
	case c.state == Opening || c.now >= min(c.heardAt+dead, c.answerBy):
		c.do(Output{Out: "close"})
		c.lost(retry, c.state == Opening)
		return
	case c.now >= c.pingAt:
		c.beat()
	}
	if c.paused > 0 && c.now >= c.paused {
		c.paused = 0
		if c.unheard {
			c.wishAgain()
		}
		c.pump()
	}
}

// welcomed makes the link live.
func (c *Core) welcomed() {
	if c.probing {
		c.endCall()
		c.probing, c.transport = false, Socket
	}
	c.heardAt, c.liveSince, c.answerBy, c.misses, c.paused = c.now, c.now, never, 0, 0
	c.nextBeat()
	c.enter(Live)
}

// heard notes that the peer lives.
func (c *Core) heard() {
	c.heardAt, c.answerBy = c.now, never
	if c.state == Live && c.now-c.liveSince >= steady {
		c.tries = 0
	}
}

// drop ends what is open.
func (c *Core) drop() {
	c.endCall()
	if c.probing || c.transport == Socket && (c.state == Opening || c.state == Live) {
		c.do(Output{Out: "close"})
	}
	c.probing = false
	c.unsend()
}
