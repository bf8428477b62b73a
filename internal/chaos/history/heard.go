package history

// Heard is a server's frame, or one of a client's, as a participant of a run reads it.
type Heard struct {
	T      string `json:"t"`
	Conv   string `json:"conv"`
	CID    string `json:"cid"`
	Seq    int64  `json:"seq"`
	Kind   string `json:"kind"`
	Body   string `json:"body"`
	Author struct {
		Kind string `json:"kind"`
	} `json:"author"`
	Event *struct {
		Name string `json:"name"`
	} `json:"event"`
	State     string `json:"state"`
	Epoch     int64  `json:"epoch"`
	Run       string `json:"run"`
	End       bool   `json:"end"`
	Code      string `json:"code"`
	Delivered int64  `json:"delivered"`
	Seen      int64  `json:"seen"`
}

// Shown is what is recorded when somebody is shown a message.
func (f Heard) Shown(who string) Event {
	e := Event{Kind: Shown, Who: who, Conv: f.Conv, Seq: f.Seq, CID: f.CID, Type: f.Kind, By: f.Author.Kind, Sum: Digest(f.Body)}
	if f.Event != nil {
		e.Name = f.Event.Name
	}
	return e
}
