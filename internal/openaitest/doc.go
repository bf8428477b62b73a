// Package openaitest is an OpenAI-compatible server for tests: chat completions that stream, and embeddings, over real HTTP on loopback.
//
//	s := openaitest.New(t, openaitest.Answer("Free over ₹2,500. [p1]"))
//	model := assistant.NewOpenAI(assistant.OpenAIConfig{BaseURL: s.URL, Model: "any", Client: s.Client()})
//
// Every chat request takes the next reply of the script; the last one is given again and again. A reply may be a fault: see [Fault]. Requests are
// kept for the test to look at. The server stops with the test, and ends what still hangs.
//
// Embeddings are no script: they are made from the words of the text, so that texts that share words are near each other, and the same text has the same vector everywhere.
package openaitest
