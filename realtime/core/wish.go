package core

import "encoding/json"

// wishes are frames that are no messages. A person and an address are asked for until the server's state shows that it knows; the rest is told once, or not at all.
type wishes struct {
	person  *plain
	contact *plain
	read    int64
	extra   []plain // for the next call
	unheard bool    // the database was away when they came
}

func (c *Core) wish(raw json.RawMessage) {
	var f plain
	if json.Unmarshal(raw, &f) != nil {
		return
	}
	f.Conv = c.conv
	switch f.T {
	case "person":
		c.person = &f
	case "contact":
		c.contact = &f
	case "read":
		if f.Seq <= c.read {
			return
		}
		c.read = f.Seq
	}
	c.tellServer(f)
}

// tellServer sends what is not a message, where there is somebody to hear it.
func (c *Core) tellServer(f plain) {
	switch {
	case c.state != Live:
	case c.transport == Socket:
		c.do(Output{Out: "send", Frame: f})
	default:
		c.extra = append(c.extra, f)
		c.pumpCall()
	}
}

// wishAgain asks anew after a welcome.
func (c *Core) wishAgain() {
	c.extra, c.unheard = nil, false
	for _, f := range []*plain{c.person, c.contact} {
		if f != nil {
			f.Conv = c.conv
			c.tellServer(*f)
		}
	}
	if c.read > 0 {
		c.tellServer(plain{T: "read", Conv: c.conv, Seq: c.read})
	}
}

// granted drops the wishes that the state fulfils.
func (c *Core) granted(state string, contact bool) {
	if c.person != nil && *c.person.On == (state == "waiting" || state == "agent") {
		c.person = nil
	}
	if contact {
		c.contact = nil
	}
}
