package e5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"testing"

	"github.com/baton-chat/baton/internal/e5/weights"
)

// changed returns a copy of the weights with some bytes written over, the checksum of the header set right where sealed.
func changed(at int, with []byte, sealed bool) []byte {
	file := bytes.Clone(weights.File())
	copy(file[at:], with)
	if sealed {
		binary.LittleEndian.PutUint32(file[headerSumAt:], crc32.ChecksumIEEE(file[:headerSumAt]))
	}
	return file
}

func TestOpenRefusesDamagedWeights(t *testing.T) {
	t.Parallel()
	whole := weights.File()
	ends := int(binary.LittleEndian.Uint64(whole[startsAt+8*4:]))
	cases := map[string]func() []byte{
		"nothing":        func() []byte { return nil },
		"half a header":  func() []byte { return whole[:100] },
		"something else": func() []byte { return bytes.Repeat([]byte("zip!"), 1000) },
		"cut":            func() []byte { return whole[:len(whole)/2] },
		"too long":       func() []byte { return append(bytes.Clone(whole), 0) },
		"a flipped bit":  func() []byte { return changed(100, []byte{whole[100] ^ 1}, false) },
		"version":        func() []byte { return changed(8, []byte{2}, true) },
		"shape":          func() []byte { return changed(dimsAt+4, []byte{6}, true) },
		"a section":      func() []byte { return changed(startsAt+8, []byte{0xff, 0xff, 0xff, 0xff}, true) },
		"pieces":         func() []byte { return changed(dimsAt+20, []byte{0xff, 0xff, 0xff, 0x7f}, true) },
		"a piece":        func() []byte { return changed(ends+40, []byte{0xff, 0xff, 0xff, 0xff}, true) },
	}
	for name, file := range cases {
		if _, err := Open(file()); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVerifyFindsOneChangedByte(t *testing.T) {
	t.Parallel()
	if err := Verify(weights.File()); err != nil {
		t.Errorf("the weights of the repository: %v", err)
	}
	middle := len(weights.File()) / 2
	file := changed(middle, []byte{weights.File()[middle] ^ 1}, false)
	if _, err := Open(file); err != nil {
		t.Errorf("Open reads the whole file: %v", err)
	}
	if err := Verify(file); !errors.Is(err, ErrDamaged) {
		t.Errorf("a changed byte: %v", err)
	}
}

func TestWeightsThatAreNoNumbersMakeNoVector(t *testing.T) {
	t.Parallel()
	norm := int(binary.LittleEndian.Uint64(weights.File()[startsAt:]))
	nan := binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(math.NaN())))
	for _, k := range kernels() {
		m, err := open(changed(norm, nan, false), k)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Embed(t.Context(), Query, []string{"text"}); !errors.Is(err, ErrNoVector) {
			t.Errorf("%s: %v", k.name, err)
		}
	}
}
