package assistant

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// Kinds of faults of a model endpoint.
const (
	faultAway    = "unreachable"
	faultRefused = "refused"        // with a status
	faultStalled = "stalled"        // silent for too long
	faultSlow    = "too slow"       // talking for too long
	faultBroken  = "broken off"     // ended without a reason to finish
	faultLength  = "cut off"        // ended because of a limit on its length
	faultStopped = "stopped by it"  // ended for another reason than being done, such as its own filter
	faultGarbage = "unreadable"     // no JSON of the kind it should be
	faultType    = "not a stream"   // an answer of another kind, such as a page of HTML
	faultEndless = "endless"        // longer than any answer
	faultEmpty   = "empty"          // complete, and nothing in it
	faultAloud   = "thinking aloud" // thoughts without a mark at their beginning; the next answers are read accordingly
	faultOpen    = "given a pause"  // not asked at all, because it failed again and again
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

// Code is the fault in one word for the turn record: its kind, or the status of a refusal.
func (f *Fault) Code() string {
	if f.Status != 0 {
		return strconv.Itoa(f.Status)
	}
	return f.Kind
}

// advice tells an operator what is wrong and what to do about it.
func (f *Fault) advice() string {
	switch f.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return "The model endpoint refuses the key. Check OPENAI_API_KEY, and that it belongs to OPENAI_BASE_URL."
	case http.StatusNotFound:
		return "The model endpoint does not know the model or the path. Check BATON_CHAT_MODEL, and that OPENAI_BASE_URL ends with the version, such as /v1."
	case http.StatusTooManyRequests:
		return "The model endpoint has too many requests of this account, or its credit is used up. Check its limits and its bill."
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
		return "The model endpoint does not accept the request. Check that BATON_CHAT_MODEL is a chat model with room for about 4,000 tokens."
	}
	switch f.Kind {
	case faultAway:
		return "The model endpoint cannot be reached. Check that it runs, and OPENAI_BASE_URL."
	case faultRefused:
		return "The model endpoint has a fault of its own. Look at its log."
	case faultStalled, faultSlow:
		return "The model endpoint is too slow for a visitor who waits. Take a smaller model, a faster machine or fewer requests at once."
	case faultLength:
		return "The model endpoint cuts answers off. Raise its limit on the length of an answer, or its context, to 512 tokens at least."
	case faultType, faultGarbage:
		return "The model endpoint answers something else than chat completions. Check that OPENAI_BASE_URL leads to an OpenAI-compatible server and not to a page."
	case faultEndless:
		return "The model endpoint does not come to an end. Take another model than BATON_CHAT_MODEL, or check its chat template."
	case faultAloud:
		return "The model thinks without marking where that begins, so one answer was lost; from the next one on its thoughts are left out. A server that sends them in reasoning_content, or a model that does not think, answers sooner."
	case faultOpen:
		return "The model endpoint failed again and again and is asked once in a while only."
	}
	return "The model endpoint gives no whole answers. Look at its log."
}

// again reports whether the same request may do better in a moment: where it was not taken at all. One that was begun and went wrong has cost its time already.
func (f *Fault) again() bool {
	switch f.Kind {
	case faultAway:
		return true
	case faultRefused:
		return f.Status == http.StatusTooManyRequests || f.Status >= http.StatusInternalServerError
	}
	return false
}

// faultOf classes an error of the client library.
func faultOf(err error) error {
	var fault *Fault
	switch {
	case errors.As(err, &fault):
		return fault
	case errors.Is(err, errTooMuch):
		return &Fault{Kind: faultEndless}
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

// errTooMuch is what reading ends with where an answer is larger than any.
var errTooMuch = errors.New("more than an answer weighs")

// boundedClient bounds what answers may weigh, refuses what is no stream, and notes what the client library does not tell.
type boundedClient struct{ client *http.Client }

// Do makes a request.
func (b boundedClient) Do(request *http.Request) (*http.Response, error) {
	response, err := b.client.Do(request)
	if err != nil {
		return nil, err
	}
	notes, _ := request.Context().Value(notesKey{}).(*notes)
	if response.StatusCode >= http.StatusBadRequest {
		if notes != nil {
			notes.after = retryAfter(response.Header.Get("Retry-After"), time.Now())
		}
		response.Body = &bounded{Reader: io.LimitReader(response.Body, maxRefusalBytes), Closer: response.Body, left: maxRefusalBytes + 1}
		return response, nil
	}
	if kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err != nil || kind != "text/event-stream" {
		_ = response.Body.Close()
		return nil, &Fault{Kind: faultType}
	}
	response.Body = &bounded{Reader: response.Body, Closer: response.Body, left: maxBodyBytes, notes: notes}
	return response, nil
}

// bounded reads so many bytes and no more, and notes whether a line said that the stream is done.
type bounded struct {
	io.Reader
	io.Closer
	left  int
	notes *notes
	tail  []byte // the end of what was read, in which the line may have begun
}

// doneLine is how a stream says that it is complete. Inside an answer it cannot stand: there a line break is written as two characters.
const doneLine = "\ndata: [DONE]"

// Read reads, and fails where an answer is larger than any.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooMuch
	}
	n, err := b.Reader.Read(p[:min(len(p), b.left)])
	b.left -= n
	if b.notes != nil && n > 0 {
		b.tail = append(b.tail, p[:n]...)
		if bytes.Contains(b.tail, []byte(doneLine)) {
			b.notes.done.Store(true)
		}
		b.tail = b.tail[max(0, len(b.tail)-len(doneLine)):]
	}
	return n, err
}

// notes carry past the client library what it drops: the Retry-After of a refusal, and whether a stream was ended by its last line or by the connection.
type notes struct {
	after time.Duration
	done  atomic.Bool
}

type notesKey struct{}

func (h *notes) withTime(err error) error {
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
