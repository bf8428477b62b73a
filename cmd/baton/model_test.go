package main

import (
	"strings"
	"testing"

	"github.com/baton-chat/baton/internal/openaitest"
)

// withModel starts the program with a chat model and an embedding model behind a real OpenAI-compatible endpoint.
func withModel(t *testing.T, script ...openaitest.Reply) (*server, *openaitest.Server) {
	t.Helper()
	endpoint := openaitest.New(t, script...)
	s := start(t, map[string]string{"OPENAI_BASE_URL": endpoint.URL, "OPENAI_API_KEY": "sk-test", "BATON_CHAT_MODEL": "scripted", "BATON_EMBED_MODEL": "bag-of-words"})
	awaitIndexed(t, s)
	return s, endpoint
}

// With a model the answer is the model's, streamed, with its sources; the passages and the question went to it as data.
func TestModelAnswersWithSources(t *testing.T) {
	t.Parallel()
	s, endpoint := withModel(t, openaitest.Answer("Yes, we ship to Bengaluru, ", "and shipping is free on orders over ₹2,500. [1]"))
	v := visit(t, s)
	v.say("Do you ship to Bengaluru?")
	answer := v.answer()
	if answer.Outcome != "answered" || !strings.HasPrefix(answer.Body, "Yes, we ship to Bengaluru") || len(answer.Citations) != 1 || answer.Citations[0].Quote == "" {
		t.Errorf("answer: %s", answer.Raw)
	}
	requests := endpoint.Requests()
	if len(requests) != 1 {
		t.Fatalf("%d requests for one question", len(requests))
	}
	prompt := ""
	for _, m := range requests[0].Messages {
		prompt += m.Content + "\n"
	}
	for _, want := range []string{"Do you ship to Bengaluru?", "free shipping to Bengaluru", "the support chat of “" + demoWorkspace + "”", "The chat greets visitors with “"} {
		if !strings.Contains(prompt, want) {
			t.Errorf("the prompt lacks %q:\n%s", want, prompt)
		}
	}
}

// An endpoint that refuses, stalls or breaks off: the visitor still gets the extractive answer, and the log one line without the question.
func TestModelFaultsFallBack(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]openaitest.Reply{
		"401": {Fault: openaitest.Status, Status: 401}, "500": {Fault: openaitest.Status, Status: 500}, "half-closed": {Text: []string{"Yes, we"}, Fault: openaitest.HalfClose},
		"garbage": {Fault: openaitest.Garbage}, "no source": openaitest.Answer("We ship everywhere, trust me."),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := withModel(t, reply)
			v := visit(t, s)
			v.say("Do you ship to Bengaluru?")
			if answer := v.answer(); answer.Outcome != "answered" || !strings.Contains(answer.Body, "2,500") || strings.Contains(answer.Body, "trust me") || len(answer.Citations) == 0 {
				t.Errorf("answer: %s", answer.Raw)
			}
			if strings.Contains(s.log.String(), "Bengaluru") {
				t.Errorf("the log holds the question:\n%s", s.log)
			}
		})
	}
}

// A person who claims while the model is writing: not another word of the assistant, in what is shown or in what is stored. The model falls silent behind one sentence,
// since a visitor is shown whole sentences only; before, the first delta was that of the quote that replaces it ten seconds later, which is stored at once.
func TestNothingOfTheAssistantAfterAClaim(t *testing.T) {
	t.Parallel()
	s, endpoint := withModel(t, openaitest.Reply{Text: []string{"You get free shipping to Bengaluru on orders over ₹2,500. [1] ", "And you "}, Fault: openaitest.Stall})
	v := visit(t, s)
	a := signIn(t, s)
	v.say("Do you ship to Bengaluru?")
	if !endpoint.Asked(1, patience) {
		t.Fatal("the model was not asked")
	}
	v.await("a first delta", func(f frame) bool { return f.T == "delta" && f.Text != "" })
	a.post("/api/console/conversations/"+v.conv+"/claim", `{}`, 200)
	v.state("agent")
	from := len(v.frames)
	a.post("/api/console/conversations/"+v.conv+"/reply", `{"cid":"`+newCID()+`","body":"Hi, this is Priya."}`, 200)
	v.await("the person's reply", func(f frame) bool { return f.T == "message" && f.Author.Kind == "agent" })
	v.say("Thank you!")
	for _, f := range v.frames[from:] {
		if f.T == "delta" && f.Text != "" || f.T == "message" && f.Author.Kind == "assistant" {
			t.Errorf("the assistant spoke after the claim: %s", f.Raw)
		}
	}
}
