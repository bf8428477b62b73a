package e5

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/baton-chat/baton/internal/e5/weights"
)

func fast(t testing.TB) *Model {
	t.Helper()
	m, err := Open(weights.File())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestEveryTextHasAVector(t *testing.T) {
	t.Parallel()
	m := fast(t)
	texts := map[string]string{
		"empty":          "",
		"spaces":         " \t\n ",
		"a mark":         "\u0301",
		"emoji":          strings.Repeat("🙂👨\u200d👩\u200d👧🇮🇳", 40),
		"invalid UTF-8":  "ab\xff\xfe\xc3(\xed\xa0\x80",
		"a zero byte":    "a\x00b",
		"very long":      strings.Repeat("tablet ", 100_000/7),
		"one long word":  strings.Repeat("x", 100_000),
		"long spaces":    strings.Repeat(" ", 100_000),
		"many marks":     "a" + strings.Repeat("\u0301", 100_000),
		"many unknown":   strings.Repeat("\U0001f9ff", 100_000),
		"long ligatures": strings.Repeat("ﷺ", 20_000),
	}
	for name, text := range texts {
		got, err := m.Embed(t.Context(), Passage, []string{text})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if length := cosine(got[0], got[0]); !(math.Abs(length-1) < 1e-5) {
			t.Errorf("%s: the square of its length is %v", name, length)
		}
	}
}

func TestABatchIsItsTexts(t *testing.T) {
	t.Parallel()
	m := fast(t)
	texts := []string{"how do I return a tablet?", "", strings.Repeat("warranty of two years ", 200), "refund", "रिफ़ंड"}
	batch, err := m.Embed(t.Context(), Passage, texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		alone, err := m.Embed(t.Context(), Passage, []string{text})
		if err != nil {
			t.Fatal(err)
		}
		if c := cosine(batch[i], alone[0]); c < .999999 {
			t.Errorf("%q: cosine %v", text, c)
		}
	}
	if none, err := m.Embed(t.Context(), Query, nil); err != nil || len(none) != 0 {
		t.Errorf("no texts: %v, %v", none, err)
	}
}

func TestQueriesAndPassagesDiffer(t *testing.T) {
	t.Parallel()
	m := fast(t)
	query, err := m.Embed(t.Context(), Query, []string{"when does my parcel arrive?"})
	if err != nil {
		t.Fatal(err)
	}
	passages, err := m.Embed(t.Context(), Passage, []string{"when does my parcel arrive?", "Deliveries take three days.", "यह टैबलेट नीले रंग में भी मिलता है।"})
	if err != nil {
		t.Fatal(err)
	}
	if c := cosine(query[0], passages[0]); c > .9999 {
		t.Errorf("the same text as query and passage has the cosine %v", c)
	}
	if right, wrong := cosine(query[0], passages[1]), cosine(query[0], passages[2]); right <= wrong {
		t.Errorf("the answer has the cosine %v, something else %v", right, wrong)
	}
}

func TestConcurrentCallersGetTheirOwnVectors(t *testing.T) {
	t.Parallel()
	m := fast(t)
	texts := []string{"one", "two words", "and three words", "मेरा ऑर्डर कहाँ है?"}
	var want [2][][]float32
	for kind := range want {
		var err error
		if want[kind], err = m.Embed(t.Context(), Kind(kind), texts); err != nil {
			t.Fatal(err)
		}
	}
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			got, err := m.Embed(t.Context(), Kind(caller%2), texts)
			if err != nil {
				t.Error(err)
				return
			}
			for i := range got {
				if c := cosine(got[i], want[caller%2][i]); c < .999999 {
					t.Errorf("%q: cosine %v", texts[i], c)
				}
			}
		})
	}
	callers.Wait()
}

func TestEmbedEndsWithItsContext(t *testing.T) {
	t.Parallel()
	m := fast(t)
	ended, end := context.WithCancel(t.Context())
	end()
	for _, texts := range [][]string{{"one"}, {"one", "two", "three"}} {
		if _, err := m.Embed(ended, Query, texts); !errors.Is(err, context.Canceled) {
			t.Errorf("%d texts: %v", len(texts), err)
		}
	}
	// A batch that would take a minute ends within a layer of the deadline.
	soon, stop := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer stop()
	long := make([]string, 2000)
	for i := range long {
		long[i] = strings.Repeat("tablet ", 500)
	}
	if _, err := m.Embed(soon, Passage, long); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a long batch: %v", err)
	}
	if _, err := m.Embed(t.Context(), Passage, []string{"afterwards"}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestPassagesWaitForQueries(t *testing.T) {
	t.Parallel()
	var g gate
	if err := g.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.enter()
	g.enter()
	passed := make(chan error, 1)
	go func() { passed <- g.wait(t.Context()) }()
	g.leave()
	g.leave()
	if err := <-passed; err != nil {
		t.Fatal(err)
	}
	// A query that never ends holds passages up for longestPause and no longer.
	g.enter()
	began := time.Now()
	if err := g.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(began); waited < longestPause {
		t.Errorf("waited %v", waited)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := g.wait(ended); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	g.leave()
}

// While an answer is under way, passages that are to be found stand still, and those that the answer waits for do not.
func TestSentencesDoNotWaitForTheirAnswer(t *testing.T) {
	t.Parallel()
	m := fast(t)
	texts := []string{"Spilled tea is covered."}
	want, err := m.Embed(t.Context(), Passage, texts)
	if err != nil {
		t.Fatal(err)
	}
	release := m.Hold()
	began := time.Now()
	if _, err := m.Embed(t.Context(), Passage, texts); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(began); waited < layers*longestPause {
		t.Errorf("a passage took %v beside an answer, want a pause before each layer", waited)
	}
	began = time.Now()
	got, err := m.Embed(t.Context(), Sentence, texts)
	if err != nil || !slices.Equal(got[0], want[0]) {
		t.Errorf("the sentence has another vector than the passage, or %v", err)
	}
	if waited := time.Since(began); waited > layers*longestPause {
		t.Errorf("a sentence took %v", waited)
	}
	release()
	release() // Twice is once.
	if m.gate.queries.Load() != 0 {
		t.Error("the gate stays shut")
	}
}

func TestEmbeddingAgainAllocatesLittle(t *testing.T) {
	m := fast(t)
	texts := []string{"how do I return a tablet?"}
	embed := func() {
		if _, err := m.Embed(t.Context(), Query, texts); err != nil {
			t.Fatal(err)
		}
	}
	for range cap(m.queries) { // each scratch grows once
		embed()
	}
	const most = 8 // the vectors, the slice of them and what calls bring along
	if got := testing.AllocsPerRun(5, embed); got > most {
		t.Errorf("%v allocations", got)
	}
}
