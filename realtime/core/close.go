package core

// action is what a close code, or an HTTP status of the poll, asks of the client.
type action int

const (
	retry     action = iota // with back-off
	scatter                 // after the time that the server gave, or a random one: everybody was sent away
	atOnce                  // and resume
	muchLater               // after 10 s or more
	renew                   // with a new session
	tooLarge                // but without what was too large
	refuse                  // never
)

// onClose is the table of docs/protocol.md. What is not in it, 1006 above all, means that the network went away.
func onClose(code int) action {
	switch code {
	case 1001, 1012:
		return scatter
	case 4400, 4403:
		return refuse
	case 4401:
		return renew
	case 4410:
		return atOnce
	case 4413:
		return tooLarge
	case 4429:
		return muchLater
	}
	return retry
}

// onStatus is the same for the poll's statuses.
func onStatus(status int) action {
	switch status {
	case 400, 403:
		return refuse
	case 401:
		return renew
	case 413:
		return tooLarge
	}
	return retry
}
