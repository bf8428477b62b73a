package realtime

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Code is why a socket was closed. docs/protocol.md says what a client does about each; closeReasons is the one list of them.
type Code uint16

// The close codes. Those from 4400 on are ours and follow the HTTP statuses that they resemble.
const (
	CloseNormal      Code = 1000 // the client closed it
	CloseRestart     Code = 1012 // this node restarts
	CloseProtocol    Code = 4400 // a binary frame, or no hello first
	CloseToken       Code = 4401 // the token is unknown or ended
	CloseForbidden   Code = 4403 // the origin or the inbox is refused
	CloseSilent      Code = 4408 // no hello in time, or silence
	CloseSlow        Code = 4410 // it reads too slowly
	CloseTooLarge    Code = 4413 // a frame over the limit
	CloseTooMany     Code = 4429 // too many connections or frames
	CloseUnavailable Code = 1013 // the server cannot serve it now; try again later
)

// closeReasons holds every code with the reason that the close frame carries.
var closeReasons = map[Code]string{
	CloseNormal:      "closed",
	CloseRestart:     "restarting",
	CloseProtocol:    "protocol error",
	CloseToken:       "token unknown or ended",
	CloseForbidden:   "origin or inbox refused",
	CloseSilent:      "silence",
	CloseSlow:        "read too slowly",
	CloseTooLarge:    "frame too large",
	CloseTooMany:     "too many connections or frames",
	CloseUnavailable: "unavailable",
}

// Codes are all close codes in order.
func Codes() []Code { return slices.Sorted(maps.Keys(closeReasons)) }

// CloseError ends a socket with a code. The loop that reads a socket returns it.
type CloseError struct{ Code Code }

func (e *CloseError) Error() string { return fmt.Sprintf("close %d: %s", e.Code, closeReasons[e.Code]) }

// Close returns the error that ends a socket with the code.
func Close(code Code) error { return &CloseError{Code: code} }

// codeOf is the close code for what a socket's loop returned.
func codeOf(err error) Code {
	var closing *CloseError
	if errors.As(err, &closing) {
		return closing.Code
	}
	return CloseUnavailable
}

// closeFrame is the close frame of a code.
func closeFrame(code Code) []byte {
	payload := binary.BigEndian.AppendUint16(nil, uint16(code))
	return frame(opClose, append(payload, closeReasons[code]...))
}
