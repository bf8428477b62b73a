package openaitest

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// Fault is what goes wrong with a reply.
type Fault string

// The faults.
const (
	None      Fault = ""
	Status    Fault = "status"     // refused with Reply.Status, such as 401, 429, 500
	SlowStart Fault = "slow start" // no byte of the answer until the client leaves
	Stall     Fault = "stall"      // silent after the text, until the client leaves
	HalfClose Fault = "half close" // ends after the text, without a reason to finish and without [DONE]
	Reset     Fault = "reset"      // the connection is cut after the text
	Garbage   Fault = "garbage"    // a line that is no JSON
	WrongType Fault = "wrong type" // JSON whose content is a number
	Huge      Fault = "huge"       // one delta of 10 MB
	Endless   Fault = "endless"    // the text again and again, until the client leaves
	Empty     Fault = "empty"      // complete, with no text
	NotSSE    Fault = "not sse"    // a page of HTML with status 200
	NotStream Fault = "not stream" // a whole completion as JSON, though a stream was asked for
	Hang      Fault = "hang"       // after the headers nothing, until the client leaves
)

// Reply is one answer of the script.
type Reply struct {
	Text       []string // the deltas
	Thoughts   []string // deltas before them, in the fields that servers have for what a model thinks
	Finish     string   // why it ends; empty: "stop"
	Fault      Fault
	Status     int           // with Fault Status
	RetryAfter string        // the header, with Fault Status
	Gap        time.Duration // between deltas
	// Hold, where it is set, is waited for after the first delta.
	Hold <-chan struct{}
	// Usage is told in a chunk of its own where it was asked for.
	Usage *Usage
	// Write, where it is set, makes the text from the request.
	Write func(Request) []string
}

// NoFinish as a reply's Finish leaves the reason out; the stream still ends with its last line.
const NoFinish = "-"

// Usage is what a reply says that it cost.
type Usage struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
}

// Answer returns a whole reply in these deltas.
func Answer(deltas ...string) Reply { return Reply{Text: deltas} }

// Request is a chat request as it came.
type Request struct {
	Model    string    `json:"model"`
	Stream   bool      `json:"stream"`
	Messages []Message `json:"messages"`
	// StreamOptions is nil where the client sent none.
	StreamOptions *struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
}

// Message is one message of a request.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Server is the endpoint. URL is its base URL, with the version's path.
type Server struct {
	URL string

	http    *httptest.Server
	mu      sync.Mutex
	script  []Reply
	asked   []Request
	changed chan struct{}
	stop    chan struct{}
}

// New starts a server with a script of replies. It ends with the test.
func New(t testing.TB, script ...Reply) *Server {
	t.Helper()
	s := &Server{script: script, stop: make(chan struct{}), changed: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.chat)
	mux.HandleFunc("POST /v1/embeddings", s.embeddings)
	s.http = httptest.NewServer(mux)
	s.URL = s.http.URL + "/v1"
	t.Cleanup(func() {
		close(s.stop)
		s.http.CloseClientConnections()
		s.http.Close()
	})
	return s
}

// Client is a client that reaches the server.
func (s *Server) Client() *http.Client { return s.http.Client() }

// Refused returns a base URL at which nobody listens.
func Refused(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String() + "/v1"
}

// Script replaces the replies to come.
func (s *Server) Script(script ...Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = script
}

// Requests returns the chat requests so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.asked...)
}

// Asked waits until n chat requests have come, or the time is over, and reports which.
func (s *Server) Asked(n int, within time.Duration) bool {
	deadline := time.After(within)
	for {
		s.mu.Lock()
		got, changed := len(s.asked), s.changed
		s.mu.Unlock()
		if got >= n {
			return true
		}
		select {
		case <-changed:
		case <-deadline:
			return false
		}
	}
}

// next takes the next reply of the script.
func (s *Server) next(request Request) Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, request)
	close(s.changed)
	s.changed = make(chan struct{})
	if len(s.script) == 0 {
		return Reply{Fault: Status, Status: http.StatusInternalServerError}
	}
	reply := s.script[0]
	if len(s.script) > 1 {
		s.script = s.script[1:]
	}
	return reply
}

func decode(w http.ResponseWriter, r *http.Request, v any) bool {
	if err := json.NewDecoder(io.LimitReader(r.Body, 8<<20)).Decode(v); err != nil {
		refuse(w, http.StatusBadRequest, "the request is no JSON")
		return false
	}
	return true
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": "test", "code": status}})
}
