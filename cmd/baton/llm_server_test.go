//go:build llm

package main

import (
	"bufio"
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// modelServer is a process that serves a real model on loopback.
type modelServer struct {
	url   *url.URL
	cmd   *exec.Cmd
	ended chan struct{}
}

// serveModel starts the chat or the embeddings server and waits until it is ready. It ends with the test, and would end by itself if the test were killed.
func serveModel(t *testing.T, kind string) *modelServer {
	t.Helper()
	python := os.Getenv("BATON_LLM_PYTHON")
	if python == "" {
		t.Fatal("BATON_LLM_PYTHON is not set; run `make test-llm`, which installs the model servers first")
	}
	said := &syncBuffer{}
	cmd := exec.Command(python, "../../scripts/test-llm.py", kind)
	cmd.Stderr = said
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	m := &modelServer{cmd: cmd, ended: make(chan struct{})}
	line := make(chan string, 1)
	go func() {
		defer close(m.ended)
		first, _ := bufio.NewReader(out).ReadString('\n')
		line <- strings.TrimSpace(first)
		_ = cmd.Wait() // A server that was killed says so here; that is no news.
	}()
	t.Cleanup(func() {
		_ = in.Close()
		<-m.ended
	})
	select {
	case first := <-line:
		if m.url, err = url.Parse(first); err != nil || m.url.Host == "" {
			t.Fatalf("the %s server did not start:\n%s", kind, said)
		}
	case <-time.After(patience):
		m.kill()
		t.Fatalf("the %s server did not start:\n%s", kind, said)
	}
	return m
}

// kill ends the process as a machine would that lost its power, and waits until its sockets are gone.
func (m *modelServer) kill() {
	_ = m.cmd.Process.Kill()
	<-m.ended
}

// endpoint is one base URL for both kinds of requests, as Baton knows it, in front of two servers.
type endpoint struct {
	url string

	chats, embeddings atomic.Int64 // requests that came
	whole             atomic.Int64 // chat streams that came to their last line
	// embeddingsLeft, where it is not negative, is how many requests for embeddings are still answered.
	embeddingsLeft atomic.Int64

	mu sync.Mutex
	// spoken is called once, behind the first words of the next chat stream and before they are passed on.
	spoken func()
}

// serveEndpoint puts one address in front of a chat server and an embeddings server; either may be nil.
func serveEndpoint(t *testing.T, chat, embeddings *modelServer) *endpoint {
	t.Helper()
	e := &endpoint{}
	quiet := log.New(io.Discard, "", 0) // Requests that Baton gives up are no news.
	e.embeddingsLeft.Store(-1)
	mux := http.NewServeMux()
	if chat != nil {
		proxy := &httputil.ReverseProxy{Rewrite: to(chat), FlushInterval: -1, ModifyResponse: e.listen, ErrorLog: quiet}
		mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
			e.chats.Add(1)
			proxy.ServeHTTP(w, r)
		})
	}
	if embeddings != nil {
		proxy := &httputil.ReverseProxy{Rewrite: to(embeddings), ErrorLog: quiet}
		mux.HandleFunc("POST /v1/embeddings", func(w http.ResponseWriter, r *http.Request) {
			e.embeddings.Add(1)
			if left := e.embeddingsLeft.Load(); left == 0 {
				http.Error(w, `{"error":{"message":"out of order"}}`, http.StatusServiceUnavailable)
				return
			} else if left > 0 {
				e.embeddingsLeft.Add(-1)
			}
			proxy.ServeHTTP(w, r)
		})
	}
	server := httptest.NewServer(mux)
	e.url = server.URL + "/v1"
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return e
}

func to(m *modelServer) func(*httputil.ProxyRequest) {
	return func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = m.url.Scheme, m.url.Host
		r.Out.Host = m.url.Host
	}
}

// whenSpoken has do called in the middle of the next answer.
func (e *endpoint) whenSpoken(do func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.spoken = do
}

// listen hears what a chat stream says on its way.
func (e *endpoint) listen(r *http.Response) error {
	r.Body = &heard{ReadCloser: r.Body, endpoint: e}
	return nil
}

type heard struct {
	io.ReadCloser
	endpoint *endpoint
}

// Read passes on, after it has told of the first words and of the last line.
func (h *heard) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	if bytes.Contains(p[:n], []byte("data: [DONE]")) {
		h.endpoint.whole.Add(1)
	}
	if bytes.Contains(p[:n], []byte(`"content":"`)) {
		h.endpoint.mu.Lock()
		do := h.endpoint.spoken
		h.endpoint.spoken = nil
		h.endpoint.mu.Unlock()
		if do != nil {
			do()
		}
	}
	return n, err
}
