//go:build bench && unix

package e5

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// TestBenchServe is Baton's side of scripts/e5/compare.py: it reads a length a line and answers with processor and wall time, in milliseconds per text. Without E5_BATCH there is nobody to answer.
func TestBenchServe(t *testing.T) {
	batch, err := strconv.Atoi(os.Getenv("E5_BATCH"))
	if err != nil {
		return
	}
	m := fast(t)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		tokens, err := strconv.Atoi(in.Text())
		if err != nil {
			t.Fatal(err)
		}
		texts := make([]string, batch)
		for i := range texts {
			texts[i] = ofLength(tokens)
		}
		embed := func() {
			if _, err := m.Embed(t.Context(), Query, texts); err != nil {
				t.Fatal(err)
			}
		}
		embed()
		repeat := max(1, 1500/(tokens*batch))
		used, began := processor(t), time.Now()
		for range repeat {
			embed()
		}
		count := float64(repeat*batch) / 1000
		answer, err := json.Marshal([]float64{(processor(t) - used).Seconds() / count, time.Since(began).Seconds() / count})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(string(answer))
	}
}

// processor returns the processor time this process used.
func processor(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
