package openaitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// hugeDelta is the size of the one delta of Huge.
const hugeDelta = 10 << 20

// stream is one reply on its way.
type stream struct {
	server *Server
	w      http.ResponseWriter
	r      *http.Request
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	var request Request
	if !decode(w, r, &request) {
		return
	}
	reply := s.next(request)
	out := stream{s, w, r}
	switch reply.Fault {
	case Status:
		if reply.RetryAfter != "" {
			w.Header().Set("Retry-After", reply.RetryAfter)
		}
		refuse(w, reply.Status, "the test refuses: "+last(request))
		return
	case SlowStart:
		out.hang()
		return
	case NotSSE:
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><body>Welcome to the proxy</body></html>")
		return
	}
	if reply.Write != nil {
		reply.Text = reply.Write(request)
	}
	if reply.Fault == NotStream {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": map[string]any{"content": strings.Join(reply.Text, "")}, "finish_reason": "stop"}}})
		return
	}
	if request.StreamOptions == nil || !request.StreamOptions.IncludeUsage {
		reply.Usage = nil
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out.write(": here\n\n")
	out.reply(reply)
}

// last is the visitor's message: refusals of real servers repeat it, and no log may hold it.
func last(r Request) string {
	if len(r.Messages) == 0 {
		return ""
	}
	return r.Messages[len(r.Messages)-1].Content
}

// hang waits until the client has left or the test is over.
func (s stream) hang() {
	select {
	case <-s.r.Context().Done():
	case <-s.server.stop:
	}
}

func (s stream) write(text string) {
	_, _ = fmt.Fprint(s.w, text)
	if f, ok := s.w.(http.Flusher); ok {
		f.Flush()
	}
}

func (s stream) data(v any) {
	text, _ := json.Marshal(v)
	s.write("data: " + string(text) + "\n\n")
}

func (s stream) delta(content any, finish any) {
	choice := map[string]any{"index": 0, "delta": map[string]any{}, "finish_reason": finish}
	if content != nil {
		choice["delta"] = map[string]any{"content": content}
	}
	s.data(map[string]any{"id": "chatcmpl-test", "object": "chat.completion.chunk", "model": "test", "choices": []any{choice}})
}

func (s stream) reply(reply Reply) {
	if reply.Fault == Hang {
		s.hang()
		return
	}
	s.data(map[string]any{"id": "chatcmpl-test", "object": "chat.completion.chunk", "choices": []any{map[string]any{"index": 0, "delta": map[string]any{"role": "assistant", "content": ""}}}})
	for _, thought := range reply.Thoughts {
		s.data(map[string]any{"id": "chatcmpl-test", "object": "chat.completion.chunk", "choices": []any{map[string]any{"index": 0, "delta": map[string]any{"content": nil, "reasoning": thought, "reasoning_content": thought}}}})
	}
	for i, text := range reply.Text {
		s.delta(text, nil)
		if i == 0 && reply.Hold != nil {
			select {
			case <-reply.Hold:
			case <-s.r.Context().Done():
				return
			case <-s.server.stop:
				return
			}
		}
		if reply.Gap > 0 && !s.pause(reply.Gap) {
			return
		}
	}
	s.end(reply)
}

// end finishes a reply as it should, or as its fault has it.
func (s stream) end(reply Reply) {
	switch reply.Fault {
	case Stall:
		s.hang()
		return
	case HalfClose:
		return
	case Reset:
		panic(http.ErrAbortHandler) // net/http's own way to cut a connection.
	case Garbage:
		s.write("data: {\"choices\":[{\"delta\":\n\n")
		s.write("data: [DONE]\n\n")
		return
	case WrongType:
		s.delta(42, nil)
	case Huge:
		s.delta(strings.Repeat("a", hugeDelta), nil)
	case Endless:
		for s.pause(time.Millisecond) {
			s.delta(strings.Join(reply.Text, "")+" and so on", nil)
		}
		return
	}
	finish := reply.Finish
	if finish == "" {
		finish = "stop"
	}
	if finish != NoFinish {
		s.delta(nil, finish)
	}
	if reply.Usage != nil {
		s.data(map[string]any{"id": "chatcmpl-test", "object": "chat.completion.chunk", "choices": []any{}, "usage": reply.Usage})
	}
	s.write("data: [DONE]\n\n")
}

func (s stream) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.r.Context().Done():
	case <-s.server.stop:
	}
	return false
}
