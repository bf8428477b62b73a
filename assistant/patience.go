package assistant

import (
	"context"
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"
)

// Patience is how long an endpoint may take. Together a round stays below the 45 s after which a visitor is handed over: all of a model's attempts end within
// modelPatience, and the extractive answer behind them takes milliseconds.
type Patience struct {
	First   time.Duration // until the first byte of the answer
	Idle    time.Duration // between two bits of it
	Whole   time.Duration // from the first request to the last bit, retries included
	Retries int           // of requests that were not taken, before the first word
	Pause   time.Duration // before a retry, doubled for the next, where the endpoint names no time
	Longest time.Duration // the longest time named by the endpoint that is waited for
	Reopen  time.Duration // how long an endpoint that failed is left alone, and how often its faults are told again
}

// usualPatience is what visitors bear: a sign of life within 10 s, then words without long pauses.
var usualPatience = Patience{
	First: 10 * time.Second, Idle: 6 * time.Second, Whole: 30 * time.Second, Retries: 2, Pause: 250 * time.Millisecond, Longest: 4 * time.Second, Reopen: 15 * time.Second,
}

// PatienceFor is the usual patience with another time for the first sign of life, as a model on a slow machine needs. What is granted there is granted to the
// whole answer too, up to what a round has. It must not be above MaxFirst.
func PatienceFor(first time.Duration) Patience {
	p := usualPatience
	p.Whole = min(max(p.Whole, p.Whole+first-p.First), modelPatience)
	p.First = first
	return p
}

// MaxFirst is the longest time for the first sign of life: behind it there must be time for the answer, before a visitor who has waited for 45 s is handed over.
const MaxFirst = 25 * time.Second

const (
	// modelPatience bounds all that a round asks of a model, a second try in the right language included.
	modelPatience = 35 * time.Second
	// coalesce is how long words are collected before they are looked at.
	coalesce = 25 * time.Millisecond
	// tripAfter faults in a row open the breaker: visitors then get the extractive answer at once instead of waiting for the next fault. An endpoint that answers now and
	// then is given up too, where of tripOutOf requests at least half went wrong.
	tripAfter = 5
	tripOutOf = 10
	// countFor is for how long requests count that way.
	countFor = time.Minute
	// maxAnswerBytes ends an answer that does not end. Ours are asked for in 80 words.
	maxAnswerBytes = 8 << 10
)

// newBreaker returns the breaker of one endpoint. Half open it lets a single request through, which decides.
func newBreaker(reopen time.Duration, faults *faultLog) *gobreaker.TwoStepCircuitBreaker[struct{}] {
	return gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name: "model endpoint", Timeout: reopen, Interval: countFor, MaxRequests: 1,
		ReadyToTrip: func(n gobreaker.Counts) bool {
			return n.ConsecutiveFailures >= tripAfter || n.Requests >= tripOutOf && 2*n.TotalFailures >= n.Requests
		},
		IsSuccessful: func(err error) bool {
			var fault *Fault
			return !errors.As(err, &fault) || fault.Kind == faultLength || fault.Kind == faultAloud
		},
		// What the visitor, an agent or a stopping server ended, or what was given up for its words, says nothing about the endpoint.
		IsExcluded: func(err error) bool {
			return errors.Is(err, errStopped) || errors.Is(err, errVoid) || errors.Is(err, context.Canceled)
		},
		OnStateChange: func(_ string, _, to gobreaker.State) {
			faults.turned(to == gobreaker.StateOpen, to == gobreaker.StateClosed)
		},
	})
}
