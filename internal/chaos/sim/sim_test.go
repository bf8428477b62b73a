package sim_test

import (
	"bytes"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/baton-chat/baton/internal/chaos/history"
	"github.com/baton-chat/baton/internal/chaos/sim"
)

var (
	// seeds is how many runs a test makes: 2,000, which take about half a minute, and fewer under the race detector, which can find little in runs that have one goroutine each.
	seeds = flag.Int("seeds", defaultSeeds, "how many seeds are simulated")
	// seed plays one of them again, and shows its history.
	seed = flag.Uint64("seed", 0, "the one seed to be played, with its history")
)

// play is one run and its verdict.
func play(seed uint64, defect sim.Defect, more func(history.Event)) *history.Report {
	checker := history.NewChecker(history.Need{Answers: true})
	sim.Run(seed, defect, func(e history.Event) {
		checker.Add(e)
		if more != nil {
			more(e)
		}
	})
	return checker.Report()
}

// A run of a thousand: together they must have gone through enough.
func TestSeedsKeepEveryPromise(t *testing.T) {
	t.Parallel()
	if *seed > 0 {
		report := play(*seed, sim.Sound, func(e history.Event) { t.Logf("%+v", e) })
		t.Logf("%s", report)
		if len(report.Broken) > 0 {
			t.Errorf("seed %d breaks a promise", *seed)
		}
		return
	}
	var mu sync.Mutex
	var attempts, unknown, messages, answers, effective, faults int
	work := make(chan uint64)
	var running sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for seed := range work {
				report := play(seed, sim.Sound, nil)
				mu.Lock()
				attempts, unknown, messages, answers = attempts+report.Attempts, unknown+report.Unknown, messages+report.Messages, answers+report.Answers
				effective += report.Effective
				for _, n := range report.Faults {
					faults += n
				}
				if report.Attempts > 20*report.Messages {
					t.Errorf("seed %d: %d attempts for %d messages: somebody sends again and again", seed, report.Attempts, report.Messages)
				}
				if len(report.Broken) > 0 {
					t.Errorf("seed %d (again with -seed=%d):\n%s", seed, seed, report)
				}
				mu.Unlock()
			}
		})
	}
	for seed := range *seeds {
		mu.Lock()
		enough := t.Failed()
		mu.Unlock()
		if enough {
			break
		}
		work <- uint64(seed + 1)
	}
	close(work)
	running.Wait()
	t.Logf("%d messages, %d answers, %d attempts, %d of them without a known outcome, %d of %d kinds of fault felt", messages, answers, attempts, unknown, effective, faults)
	if !t.Failed() && (float64(unknown) < float64(attempts)/100 || effective < faults/4 || answers < *seeds) {
		t.Error("the seeds went through too little to prove anything")
	}
}

// withinSeeds is by which seed a defect must have been found.
const withinSeeds = 60

// The checker is worth what it finds: each defect, by a rule that fits it, and the seed that found it finds it again and again, to the byte: one of them 100 times of 100.
func TestPlantedDefectsAreFound(t *testing.T) {
	t.Parallel()
	if len(sim.Defects) < 15 {
		t.Fatalf("only %d defects are planted", len(sim.Defects))
	}
	for defect, rules := range sim.Defects {
		t.Run(strings.ReplaceAll(string(defect), " ", "-"), func(t *testing.T) {
			t.Parallel()
			found := uint64(0)
			for seed := uint64(1); seed <= withinSeeds && found == 0; seed++ {
				report := play(seed, defect, nil)
				if slices.ContainsFunc(rules, report.Found) {
					found = seed
				}
			}
			if found == 0 {
				t.Fatalf("not found in %d seeds", withinSeeds)
			}
			repeats := 3
			if defect == sim.AckBeforeCommit {
				repeats = 100
			}
			first := transcript(found, defect)
			for again := range repeats {
				if !bytes.Equal(first, transcript(found, defect)) {
					t.Fatalf("seed %d is another run at repeat %d", found, again)
				}
			}
		})
	}
}

// transcript is a run as bytes.
func transcript(seed uint64, defect sim.Defect) []byte {
	var b bytes.Buffer
	sim.Run(seed, defect, func(e history.Event) { fmt.Fprintf(&b, "%+v\n", e) })
	return b.Bytes()
}
