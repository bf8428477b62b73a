//go:build fit

package knowledge

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"os"
	"sync"
	"testing"

	"github.com/baton-chat/baton/internal/e5"
	"github.com/baton-chat/baton/internal/e5/weights"
)

// vectors are those of the built-in embedder, where BATON_FIT_VECTORS names a file that
// keeps them: a text is embedded once, and every later fit reads it.
var vectors = openVectors(os.Getenv("BATON_FIT_VECTORS"))

// A vectorFile is records behind one another: 16 bytes of the SHA-256 of kind and text,
// then the numbers, float32, little endian. A record that was cut short is left out.
type vectorFile struct {
	mutex    sync.Mutex
	embedder Embedder
	size     int
	file     *os.File
	known    map[[16]byte][]float32
}

// vectorBatch is how many texts are embedded before they are written.
const vectorBatch = 256

func openVectors(name string) *vectorFile {
	if name == "" {
		return nil
	}
	model, err := e5.Open(weights.File())
	if err != nil {
		panic(err)
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		panic(err)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		panic(err)
	}
	v := &vectorFile{embedder: Builtin(model), size: model.Dimensions(), file: file, known: map[[16]byte][]float32{}}
	record := 16 + 4*v.size
	for ; len(raw) >= record; raw = raw[record:] {
		numbers := make([]float32, v.size)
		for i := range numbers {
			numbers[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[16+4*i:]))
		}
		v.known[[16]byte(raw)] = numbers
	}
	return v
}

func vectorKey(kind EmbedKind, text string) [16]byte {
	hash := sha256.Sum256([]byte(string(kind) + "\x00" + text))
	return [16]byte(hash[:])
}

func (v *vectorFile) one(t *testing.T, kind EmbedKind, text string) []float32 {
	t.Helper()
	return v.all(t, kind, []string{text})[0]
}

// all returns the texts' vectors, embedding those that are new.
func (v *vectorFile) all(t *testing.T, kind EmbedKind, texts []string) [][]float32 {
	t.Helper()
	v.mutex.Lock()
	defer v.mutex.Unlock()
	var missing []string
	for _, text := range texts {
		if v.known[vectorKey(kind, text)] == nil {
			missing = append(missing, text)
		}
	}
	for len(missing) > 0 {
		part := missing[:min(vectorBatch, len(missing))]
		missing = missing[len(part):]
		v.make(t, kind, part)
	}
	out := make([][]float32, len(texts))
	for i, text := range texts {
		out[i] = v.known[vectorKey(kind, text)]
	}
	return out
}

func (v *vectorFile) make(t *testing.T, kind EmbedKind, texts []string) {
	t.Helper()
	made, err := v.embedder.Embed(t.Context(), kind, texts)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for i, text := range texts {
		key := vectorKey(kind, text)
		v.known[key] = made[i]
		out.Write(key[:])
		for _, x := range made[i] {
			out.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(x)))
		}
	}
	if _, err := v.file.Write(out.Bytes()); err != nil {
		t.Fatal(err)
	}
}
