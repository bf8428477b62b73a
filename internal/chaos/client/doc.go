// Package client is a visitor's client without input and output: the part of a tab that decides what to send and what to show.
//
// It was written from docs/protocol.md, section 4, and shares no line with the widget or with the server: what both of those misread alike, it reads anew. It records its own
// history as it goes: what it sends and hears, and what stands on its screen.
//
// It has no clock and no goroutine. Whoever drives it gives it frames and the time, and carries what it wants to send.
package client
