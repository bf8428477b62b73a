package assistant

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Kinds of faults of a model endpoint.
const (
	faultAway    = "unreachable"
	faultRefused = "refused"       // with a status
	faultStalled = "stalled"       // silent for too long
	faultSlow    = "too slow"      // talking for too long
	faultBroken  = "broken off"    // ended without a reason to finish
	faultCut     = "cut off"       // ended with another reason than being done
	faultGarbage = "unreadable"    // no JSON of the kind it should be
	faultEndless = "endless"       // longer than any answer
	faultEmpty   = "empty"         // complete, and nothing in it
	faultOpen    = "given a pause" // not asked at all, because it failed again and again
)

// Fault is why a model endpoint gave no whole answer. It never holds what the endpoint said, which may repeat what the visitor wrote.
type Fault struct {
	Kind   string
	Status int           // HTTP status, where there was one
	After  time.Duration // what the endpoint asked to wait
}

// Error names the fault.
func (f *Fault) Error() string {
	if f.Status != 0 {
		return fmt.Sprintf("model endpoint: %s with status %d", f.Kind, f.Status)
	}
	return "model endpoint: " + f.Kind
}

// again reports whether the same request may do better in a moment. A wrong key or an unknown model will not.
func (f *Fault) again() bool {
	switch f.Kind {
	case faultAway, faultBroken, faultGarbage, faultEmpty:
		return true
	case faultRefused:
		return f.Status == http.StatusTooManyRequests || f.Status == http.StatusRequestTimeout || f.Status >= http.StatusInternalServerError
	}
	return false
}

// faultOf classes an error of the client library.
func faultOf(err error) error {
	var fault *Fault
	switch {
	case errors.As(err, &fault):
		return fault
	case statusOf(err) != 0:
		return &Fault{Kind: faultRefused, Status: statusOf(err)}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &Fault{Kind: faultBroken}
	case isUnreadable(err):
		return &Fault{Kind: faultGarbage}
	}
	return &Fault{Kind: faultAway}
}

const (
	// maxBodyBytes bounds what is read of one answer, whatever is in it: an endless line would otherwise be held in memory whole.
	maxBodyBytes = 1 << 20
	// maxRefusalBytes bounds what is read of an error.
	maxRefusalBytes = 64 << 10
)

// boundedClient bounds what answers may weigh, and notes when a refusal says to come back.
type boundedClient struct{ client *http.Client }

// Do makes a request.
func (b boundedClient) Do(request *http.Request) (*http.Response, error) {
	response, err := b.client.Do(request)
	if err != nil {
		return nil, err
	}
	limit := int64(maxBodyBytes)
	if response.StatusCode >= http.StatusBadRequest {
		limit = maxRefusalBytes
		if hint, ok := request.Context().Value(hintKey{}).(*retryHint); ok {
			hint.after = retryAfter(response.Header.Get("Retry-After"), time.Now())
		}
	}
	response.Body = bounded{io.LimitReader(response.Body, limit), response.Body}
	return response, nil
}

type bounded struct {
	io.Reader
	io.Closer
}

// retryHint carries a Retry-After past the client library, which drops headers of refusals.
type retryHint struct{ after time.Duration }

type hintKey struct{}

func (h *retryHint) withTime(err error) error {
	var fault *Fault
	if errors.As(err, &fault) {
		fault.After = h.after
	}
	return err
}

// retryAfter reads the header's two forms: seconds, or a date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
