package main

import "testing"

// Where the upgrade to a socket is blocked, where a proxy swallows its frames, and where a line is open at one end only, the chat goes on by itself.
func TestWidgetWhereSocketsFail(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	s.flow("transports.mjs", "SERVER="+s.url)
}

// A message that was written outlives the browser.
func TestWidgetOfAKilledBrowser(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.flow("killed.mjs", "SERVER="+s.url, "KILLS=4")
}
