// Package weights carries the one file of the built-in embedder, multilingual-e5-small with 4-bit weights, inside the binary.
//
// scripts/e5/convert.py writes the file; its layout stands in the documentation of package e5, its origin and licence in NOTICE. It is a package of its
// own so that whoever needs only the reader does not link 48 MB.
package weights

import (
	_ "embed"
	"unsafe"
)

// A string is laid out in the read-only part of the binary, a slice of bytes in the writable one. The kernel maps the pages from disk when they are first
// read, may drop them again, and a stray write fails at once instead of changing the model.
//
//go:embed e5-small.bin
var file string

// File returns the weights. The bytes are read-only: writing to them ends the program.
func File() []byte {
	return unsafe.Slice(unsafe.StringData(file), len(file)) //nolint:gosec // the one way to look at a string without copying 48 MB
}
