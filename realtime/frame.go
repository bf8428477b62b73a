package realtime

import "encoding/binary"

// Opcodes of RFC 6455 that the server sends.
const (
	opText  = 0x1
	opClose = 0x8
	opPong  = 0xA
)

// frame is one whole, unmasked frame of RFC 6455. Frames are built here and not by gorilla, because a frame must be a value that can wait in a queue, be sent to
// several sockets, and be left out as a whole.
func frame(opcode byte, payload []byte) []byte {
	const final = 0x80
	out := make([]byte, 0, len(payload)+10)
	out = append(out, final|opcode)
	switch n := len(payload); {
	case n < 126:
		out = append(out, byte(n))
	case n < 1<<16:
		out = binary.BigEndian.AppendUint16(append(out, 126), uint16(n))
	default:
		out = binary.BigEndian.AppendUint64(append(out, 127), uint64(n))
	}
	return append(out, payload...)
}

// Text returns the frame of a JSON text, ready to be sent to any number of sockets. It must not be changed afterwards.
func Text(payload []byte) Frame { return frame(opText, payload) }

// Frame is a whole frame as it stands on the wire.
type Frame []byte

// Payload is what the frame carries, for transports other than a socket.
func (f Frame) Payload() []byte {
	switch f[1] {
	case 126:
		return f[4:]
	case 127:
		return f[10:]
	}
	return f[2:]
}
