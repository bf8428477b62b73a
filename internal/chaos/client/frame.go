package client

// Frame holds the fields of all frames, since no two frames use one name for different things. Those that a client sends leave out what is empty.
type Frame struct {
	T       string           `json:"t"`
	V       int              `json:"v,omitempty"`
	Caps    []string         `json:"caps,omitempty"`
	Token   string           `json:"token,omitempty"`
	Store   string           `json:"store,omitempty"`
	Cursors map[string]int64 `json:"cursors,omitempty"`

	Conv string `json:"conv,omitempty"`
	CID  string `json:"cid,omitempty"`
	N    int64  `json:"n,omitempty"`
	Body string `json:"body,omitempty"`
	On   bool   `json:"on,omitempty"`
	Seq  int64  `json:"seq,omitempty"`

	Heads  map[string]int64 `json:"heads,omitempty"`
	Kind   string           `json:"kind,omitempty"`
	Author *Author          `json:"author,omitempty"`
	Event  *Line            `json:"event,omitempty"`
	Run    string           `json:"run,omitempty"`
	Epoch  int64            `json:"epoch,omitempty"`
	Offset int              `json:"offset,omitempty"`
	Text   string           `json:"text,omitempty"`
	End    bool             `json:"end,omitempty"`
	State  string           `json:"state,omitempty"`
	Head   int64            `json:"head,omitempty"`
	By     string           `json:"by,omitempty"`

	Delivered int64   `json:"delivered,omitempty"`
	Seen      int64   `json:"seen,omitempty"`
	From      int64   `json:"from,omitempty"`
	Retry     float64 `json:"retry,omitempty"`
	Code      string  `json:"code,omitempty"`
}

// Author is who wrote a message.
type Author struct {
	Kind string `json:"kind"`
}

// Line is what an event message tells.
type Line struct {
	Name string `json:"name"`
}
