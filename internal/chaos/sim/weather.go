package sim

import "math/rand/v2"

// weather is how bad a run is. Every seed has its own, so that among many all mixtures come.
type weather struct {
	delay    int64   // milliseconds that a frame takes at the most
	hintLoss float64 // share of hints between nodes that are lost
	unknown  float64 // share of commits that happen and are told as failures
	failed   float64 // share of transactions that fail
	doubled  float64 // shares of frames that a bad proxy doubles, swaps, replays
	swapped  float64
	replayed float64
	cutEvery int64 // a connection is cut on average so often, in milliseconds; 0: never
	dieEvery int64 // and a node killed
	silent   float64
	twice    float64 // share of the assistant's rounds that are run twice
	blocked  float64 // share of clients whose network lets no socket through
}

func drawWeather(rng *rand.Rand) weather {
	some := func(most float64) float64 {
		if rng.IntN(3) == 0 {
			return 0
		}
		return rng.Float64() * most
	}
	w := weather{
		delay: 1 + rng.Int64N(400), hintLoss: some(1), unknown: some(0.15), failed: some(0.15), doubled: some(0.25), swapped: some(0.15), replayed: some(0.1),
		silent: some(0.5), twice: some(0.5), blocked: some(0.6),
	}
	if rng.IntN(4) > 0 {
		w.cutEvery = 1_000 + rng.Int64N(15_000)
	}
	if rng.IntN(4) > 0 {
		w.dieEvery = 3_000 + rng.Int64N(20_000)
	}
	return w
}

// calm is the weather at the end.
func calm() weather { return weather{delay: 5} }
