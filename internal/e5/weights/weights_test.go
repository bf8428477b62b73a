package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// What scripts/e5/convert.py prints. A change of the script that changes the file changes every vector in every database: give the model another name then.
const converted = "40af7ad659e6fe25fb0bc109b7fa2bbb774ff03b6297fd9963ef19a0580c9da5"

const largest = 48_000_000

func TestTheFileIsWhatTheScriptWrites(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256(File())
	if got := hex.EncodeToString(sum[:]); got != converted {
		t.Errorf("checksum %s, want %s", got, converted)
	}
	if len(File()) > largest {
		t.Errorf("%d bytes are more than %d", len(File()), largest)
	}
}
