// Package core is the client's half of docs/protocol.md as a state machine: it opens no socket, reads no clock, keeps no file and draws no random number. Whoever drives it says what happened
// and when ([Core.Do]), carries out the outputs in their order, and calls again with a timer input at [Core.Due]. So one and the same machine runs in tests, in the simulation and over real
// sockets; its twin in TypeScript, realtime/web, runs in browsers. Both are held to the recorded vectors in realtime/testdata/core.
//
// # What it promises
//
// A message is kept before it is first sent, sent until it is acknowledged or refused for good, in the order in which it was written, over whichever transport comes through. Messages are shown
// in the order of seq, each once, without a gap. States only move forward. It keeps no truth: when the server says resync it forgets and is told again.
//
// # Vectors
//
// A vector is a JSON file:
//
//	{"about": "one sentence", "random": 0.5,
//	 "restored": {"entries": [{"cid", "conv", "n", "body", "at"}], "store": "", "cursor": 0},
//	 "steps": [{"at": 0, "in": {"in": "start"}, "out": [{"out": "link", "state": "session"}, {"out": "session"}], "due": null}, …]}
//
// restored may be missing: nothing was kept. random is what every draw gives. Each step is one input at a time in milliseconds; out holds the outputs, all of them, in order, and due the time for
// which the timer is to be set, null for none. A field that is missing in an output must be missing: outputs are compared as JSON values. Whoever drives the machine answers keep with kept, once the
// entry is stored, and must not report anything more of a socket that it was told to close, or of a call that it was told to abort.
//
// # Inputs
//
//	start                                  begin; also after stop
//	wake                                   the page became visible, got the focus, or the network came back
//	stop                                   end, until start
//	session {token, conv, store}           the session call succeeded
//	no_session {retry, refused}            it failed; retry in seconds, 0 where not told; refused: it can never succeed
//	opened                                 the socket is open
//	frame {frame}                          it brought a frame
//	closed {code}                          it closed, or could not be opened (1006)
//	answer {mark, frames}                  the poll's answer
//	failed {status, retry}                 the poll failed; status 0 where there was no answer, retry in seconds
//	timer                                  due has come
//	say {cid, body}                        the visitor wrote a message
//	kept {cid}                             its entry is stored: it may be sent
//	send {frame}                           typing, read, person, stop or contact, without conv
//
// # Outputs
//
//	link {state, transport}                idle, session, opening, live, waiting or stopped; transport is socket or poll, missing in idle, session, waiting and stopped
//	session                                open a session with the token that is known
//	open, close                            open a socket; drop the present one without waiting for the other side
//	send {frame}                           send it over the socket
//	poll {body}, abort                     make a call of the long poll; give the present one up
//	keep {entry}, forget {cid}             store an entry, also one that is stored with another n or conv; remove it
//	show {frame}                           a message: the next of the conversation
//	reset {conv, from}                     forget what is shown after from; with another conv: everything
//	status {cid, status, seq, code}        sending, sent (with seq) or failed (with the code of the error)
//	ticks {delivered, seen}                how far the team has received and seen; both only grow
//	tell {frame}                           state, delta, typing, presence, notice and bad_email as they came, deltas only where they fit
package core
