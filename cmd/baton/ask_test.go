package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// `baton ask` takes questions in lines, echoes their ids, quotes verbatim, and says when a person would be called: on the path of a visitor's message.
func TestAskBatch(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	in := strings.Join([]string{
		`{"id": "ship", "query": "Do you ship to Bengaluru?"}`,
		`{"id": 7, "query": "Can you engrave my earbuds case?"}`,
		`{"id": "twice", "query": "Can you paint the tablet in the colours of my cricket club?", "history": [{"role": "visitor", "text": "Can you engrave my earbuds case?"}, {"role": "assistant", "text": "I couldn’t find this in our help pages, and I don’t want to guess. Would you like me to call a person?"}]}`,
		`{"id": null, "query": "hello"}`,
	}, "\n")
	out, code := s.command(in, "ask", "--batch")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
	var answers []askAnswer
	for line := range strings.Lines(out) {
		var a askAnswer
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		answers = append(answers, a)
	}
	if len(answers) != 4 || string(answers[0].ID) != `"ship"` || string(answers[1].ID) != `7` || string(answers[3].ID) != `null` && len(answers[3].ID) != 0 {
		t.Fatalf("answers: %s", out)
	}
	if a := answers[0]; !a.Answered || a.Escalate != nil || a.Confidence <= 0 || len(a.Citations) == 0 || a.Citations[0].ExternalID != "shipping-charges" || !strings.Contains(a.Answer, "₹2,500") {
		t.Errorf("ship: %+v", a)
	}
	if a := answers[1]; a.Answered || a.Escalate != nil || len(a.Citations) != 0 {
		t.Errorf("engrave: %+v", a)
	}
	if a := answers[2]; a.Answered || a.Escalate == nil || a.Escalate.Rule != "failures" {
		t.Errorf("the second without an answer: %+v", a)
	}
	if !strings.Contains(out, `"citations":[]`) || !strings.Contains(out, `"escalate":null`) {
		t.Errorf("empty fields are left out: %s", out)
	}
}

func TestAskOneQuestion(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	if out, code := s.command("", "ask", "Do you ship to Bengaluru?"); code != 0 || !strings.Contains(out, "free shipping to Bengaluru") || !strings.Contains(out, "shipping-charges: “") {
		t.Errorf("code %d: %s", code, out)
	}
	for _, wrong := range [][]string{{"ask"}, {"ask", "--batch", "Do you ship?"}} {
		if out, code := s.command("", wrong...); code != exitUsage {
			t.Errorf("%v: code %d: %s", wrong, code, out)
		}
	}
	if _, code := s.command("this is no JSON\n", "ask", "--batch"); code != exitFailed {
		t.Errorf("a line that is no JSON: code %d", code)
	}
	if _, code := s.command("", "ask", "--workspace", "nobody", "Do you ship?"); code != exitFailed {
		t.Errorf("an unknown workspace: code %d", code)
	}
}

// `baton chat` is a visitor: what is piped in is answered before it ends.
func TestChatInTheTerminal(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	out, code := s.command("Do you ship to Bengaluru?\n", "chat", "--url", s.url)
	if code != 0 || !strings.Contains(out, "free shipping to Bengaluru on orders over ₹2,500") || !strings.Contains(out, "[1] Shipping charges") {
		t.Errorf("code %d: %s", code, out)
	}
	out, code = s.command("I want to talk to a person\n", "chat", "--json", "--url", s.url)
	frames := map[string]int{}
	for line := range strings.Lines(out) {
		var f chatFrame
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		frames[f.T]++
	}
	if code != 0 || frames["welcome"] != 1 || frames["ack"] != 1 || frames["message"] < 2 {
		t.Errorf("code %d, frames %v", code, frames)
	}
	if _, code := s.command("hello\n", "chat", "--url", "http://127.0.0.1:1"); code != exitFailed {
		t.Errorf("no server: code %d", code)
	}
}
