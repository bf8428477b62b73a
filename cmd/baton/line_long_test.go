//go:build long

package main

import (
	"fmt"
	"testing"
)

// Fifty browsers are killed between the click and the acknowledgement, each half of them on a profile of its own.
func TestLongOutagesOfABrowser(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for seed := 1; seed <= 2; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			here := *s
			here.t = t
			here.flow("killed.mjs", "SERVER="+s.url, "KILLS=25", fmt.Sprintf("SEED=%d", seed))
		})
	}
}
