//go:build long

package main

import (
	"fmt"
	"testing"
)

// Fifty browsers are killed between the click and the acknowledgement, ten each of one profile.
func TestLongOutagesOfABrowser(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for seed := 1; seed <= 5; seed++ {
		s.flow("killed.mjs", "SERVER="+s.url, "KILLS=10", fmt.Sprintf("SEED=%d", seed))
	}
}
