package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// link keeps one socket. It returns true when the chat is over.
func (t *chatClient) link(ctx context.Context, lines *<-chan string) (bool, error) {
	dialer := websocket.Dialer{Subprotocols: []string{"baton.v1"}, HandshakeTimeout: chatPing}
	address := "ws" + strings.TrimPrefix(t.url, "http") + "/api/visitor/socket"
	socket, response, err := dialer.DialContext(ctx, address, nil)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	t.socket, t.welcomed = socket, false
	frames, failed := make(chan []byte), make(chan error, 1)
	go receive(socket, frames, failed)
	defer func() {
		_ = socket.Close() // It ends the reader as well.
		for range frames {
		}
	}()
	if err := t.send(map[string]any{"t": "hello", "v": 1, "caps": []string{"delta"}, "token": t.token, "store": t.store, "cursors": map[string]int64{t.conv: t.seq}}); err != nil {
		return false, err
	}
	return t.talk(ctx, lines, frames, failed)
}

func receive(socket *websocket.Conn, frames chan<- []byte, failed chan<- error) {
	defer close(frames)
	for {
		_ = socket.SetReadDeadline(time.Now().Add(chatSilence))
		_, data, err := socket.ReadMessage()
		if err != nil {
			failed <- err
			return
		}
		frames <- data
	}
}

// talk passes lines to the server and shows what comes, until standard input has ended and the last message has its answer.
func (t *chatClient) talk(ctx context.Context, lines *<-chan string, frames <-chan []byte, failed <-chan error) (bool, error) {
	ping := time.NewTicker(chatPing)
	defer ping.Stop()
	t.again = time.NewTimer(chatSilence)
	t.again.Stop()
	defer t.again.Stop()
	var patience <-chan time.Time
	input := *lines
	for {
		if input == nil && patience == nil {
			patience = time.After(chatPatience)
		}
		if input == nil && t.settled() {
			return true, nil
		}
		var err error
		select {
		case <-ctx.Done():
			return true, nil
		case <-patience:
			return true, errors.New("no answer came")
		case <-ping.C:
			err = t.send(map[string]string{"t": "ping"})
		case <-t.again.C:
			err = t.resend(0)
		case line, open := <-input:
			if !open {
				input, *lines = nil, nil
				continue
			}
			err = t.line(strings.TrimSpace(line))
		case data, open := <-frames:
			if !open {
				return false, <-failed
			}
			err = t.frame(data)
		}
		if err != nil {
			return false, err
		}
	}
}
