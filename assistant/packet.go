package assistant

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
	"github.com/baton-chat/baton/knowledge/source"
)

const (
	// maxLine is the longest summary line in code points: about one line on an agent’s screen.
	maxLine = 100
	// maxTold is how many answers the summary repeats. The latest count; the transcript below has them all.
	maxTold = 3
	// maxFacts bounds the numbers and addresses that are picked out.
	maxFacts = 6
	// maxMood is how many points the mood line shows.
	maxMood = 24
)

// Packet is what an agent reads before the first word: why the baton was passed, what was said, and what was shown. It is the `packet`
// of docs/console-api.md without what changes later (queue time, who claimed).
//
// Every line and the reason are there twice: in English, and as a code with its arguments, for clients that word them in another language. Codes stay
// what they are from release to release; a client shows the English of one that it does not know. The codes are in packetcode.go.
type Packet struct {
	At      time.Time      `json:"at"`
	Rule    PacketRule     `json:"rule"`
	Why     PacketWhy      `json:"why"`
	Summary []PacketLine   `json:"summary"`
	Sources []PacketSource `json:"sources"`
	Mood    PacketMood     `json:"mood"`
}

// PacketRule is what called.
type PacketRule struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Code is empty where the reason is the workspace's own words, which nobody translates.
	Code string            `json:"code,omitempty"`
	Args map[string]string `json:"args,omitempty"`
}

// PacketWhy is the message that called, with the words that did it.
type PacketWhy struct {
	Seq     int64               `json:"seq"`
	Text    string              `json:"text"`
	Matches []conversation.Span `json:"matches"`
}

// PacketLine is a line of the summary and the message that it stands for. Kind is wants, fact, told, missing, tried or needed.
type PacketLine struct {
	Kind string            `json:"kind"`
	Code string            `json:"code"`
	Args map[string]string `json:"args,omitempty"`
	Text string            `json:"text"`
	Seq  int64             `json:"seq"`
}

// PacketSource is a help page that the visitor was shown.
type PacketSource struct {
	N     int    `json:"n"`
	Title string `json:"title"`
	URL   string `json:"url"`
	Seq   int64  `json:"seq"`
}

// PacketMood is how the visitor's messages sounded, oldest first, from -1 to 1.
type PacketMood struct {
	Points []float64 `json:"points"`
	Word   string    `json:"word"` // calm, uneasy, upset, angry
}

// Summarise writes the packet of a handoff from the messages before it. It is pure and needs no model, so an agent never waits for it.
func Summarise(h conversation.Handoff, messages []conversation.Message) Packet {
	p := Packet{
		At: h.At.UTC().Truncate(time.Millisecond), Rule: reason(h.Rule, h.Reason), Sources: []PacketSource{},
		Why: PacketWhy{Matches: append([]conversation.Span{}, h.Matches...)},
	}
	var before []conversation.Message
	for _, m := range messages {
		if m.Kind == conversation.KindText && (m.Seq < h.Seq) {
			before = append(before, m)
		}
		if m.Seq == h.WhySeq {
			p.Why.Seq, p.Why.Text = m.Seq, m.Body
		}
	}
	p.Summary = summary(h, before)
	for _, m := range before {
		for _, c := range m.Citations {
			if !slices.ContainsFunc(p.Sources, func(s PacketSource) bool { return s.N == c.N }) {
				p.Sources = append(p.Sources, PacketSource{c.N, c.Title, c.URL, m.Seq})
			}
		}
	}
	slices.SortFunc(p.Sources, func(a, b PacketSource) int { return cmp.Compare(a.N, b.N) })
	p.Mood = mood(before)
	return p
}

// summary writes the lines in the order in which an agent asks: what is wanted, with which numbers, what was said already, what did not work, what is missing.
func summary(h conversation.Handoff, messages []conversation.Message) []PacketLine {
	lines := []PacketLine{}
	lines = append(lines, wanted(h, messages)...)
	found := facts(messages)
	lines = append(lines, found...)
	lines = append(lines, told(messages)...)
	lines = append(lines, missing(messages)...)
	lines = append(lines, tried(messages)...)
	return append(lines, needed(h, messages, found)...)
}

// wanted is the sentence of a long message that called which holds the matched words. A short one stands in full right above.
func wanted(h conversation.Handoff, messages []conversation.Message) []PacketLine {
	for _, m := range messages {
		if m.Seq != h.WhySeq || utf8.RuneCountInString(m.Body) <= maxLine {
			continue
		}
		text := m.Body
		if len(h.Matches) > 0 {
			text = around(text, h.Matches[0])
		}
		return []PacketLine{line(codeWrote, m.Seq, "text", oneLine(text, maxLine))}
	}
	return nil
}

// around is the sentence that a span begins in.
func around(text string, s conversation.Span) string {
	runes := []rune(text)
	if s.Start >= len(runes) {
		return text
	}
	offset := len(string(runes[:s.Start]))
	at := 0
	for _, part := range lineSentences(text) {
		start := strings.Index(text[at:], part)
		if start < 0 {
			continue
		}
		at += start + len(part)
		if offset < at {
			return part
		}
	}
	return text
}

func lineSentences(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		out = append(out, source.Sentences(strings.TrimSpace(line))...)
	}
	return out
}

func oneLine(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	runes := []rune(text)
	cut := string(runes[:limit-1])
	if space := strings.LastIndexByte(cut, ' '); space > len(cut)/2 {
		cut = cut[:space]
	}
	return cut + "…"
}

// given are the things in messages that an agent would otherwise ask for again. Order matters: an e-mail address holds digits too.
var given = []struct {
	code string
	form *regexp.Regexp
}{
	{codeEmail, regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.-]*\w`)},
	{codeOrder, regexp.MustCompile(`\b[A-Z]{2,5}-?\d{4,}\b|#\s?\d{4,}\b`)},
	{codePhone, regexp.MustCompile(`(?:\+91[\s-]?)?\b[6-9]\d{4}[\s-]?\d{5}\b|\+\d[\d\s-]{8,14}\d`)},
	{codeAmount, regexp.MustCompile(`(?:₹|\$|€|£|\bRs\.?|\bINR)\s?\d[\d,]*(?:\.\d+)?`)},
	{codePIN, regexp.MustCompile(`\b[1-9]\d{5}\b`)},
}

// facts lists what the visitor gave, each once, with the message it first stood in.
func facts(messages []conversation.Message) []PacketLine {
	var out []PacketLine
	seen := map[string]bool{}
	for _, m := range messages {
		if m.Author.Kind != conversation.ByVisitor {
			continue
		}
		rest := m.Body
		for _, g := range given {
			for _, value := range g.form.FindAllString(rest, -1) {
				rest = strings.ReplaceAll(rest, value, " ")
				if value = strings.TrimSpace(value); seen[value] || len(out) == maxFacts {
					continue
				}
				seen[value] = true
				out = append(out, line(g.code, m.Seq, "value", value))
			}
		}
	}
	return out
}

// told repeats the first sentence of the latest answers with its page.
func told(messages []conversation.Message) []PacketLine {
	var out []PacketLine
	said := map[string]bool{}
	for _, m := range slices.Backward(messages) {
		if m.Author.Kind != conversation.ByAssistant || len(m.Citations) == 0 || len(out) == maxTold {
			continue
		}
		sentences := lineSentences(markText.ReplaceAllString(m.Body, ""))
		if len(sentences) == 0 {
			continue
		}
		l := line(codeTold, m.Seq, "text", oneLine(strings.TrimLeft(sentences[0], "-*# "), maxLine), "page", m.Citations[0].Title)
		if said[l.Text] {
			continue // The same answer twice tells an agent nothing more.
		}
		said[l.Text] = true
		out = append(out, l)
	}
	slices.Reverse(out)
	return out
}

// missing lists the questions that the help pages did not answer.
func missing(messages []conversation.Message) []PacketLine {
	var out []PacketLine
	var question conversation.Message
	for _, m := range messages {
		switch {
		case m.Author.Kind == conversation.ByVisitor:
			question = m
		case m.Author.Kind == conversation.ByAssistant && m.Outcome == conversation.OutcomeUnanswered && question.Seq > 0:
			out = append(out, line(codeMissing, question.Seq, "text", oneLine(question.Body, maxLine)))
		}
	}
	return out
}

// attempted is how visitors say what they did already.
var attempted = regexp.MustCompile(`(?i)\b(?:i(?:['’]ve| have)?(?: already)? (?:tried|restarted|reset|reinstalled|called|emailed|e-mailed|written|wrote|checked|updated|contacted)|already (?:tried|did|done|sent|called|paid))\b`)

func tried(messages []conversation.Message) []PacketLine {
	var out []PacketLine
	for _, m := range messages {
		if m.Author.Kind != conversation.ByVisitor {
			continue
		}
		for _, s := range lineSentences(m.Body) {
			if attempted.MatchString(s) {
				out = append(out, line(codeTried, m.Seq, "text", oneLine(s, maxLine)))
			}
		}
	}
	return out
}

// needed is what an agent will have to ask for.
func needed(h conversation.Handoff, messages []conversation.Message, facts []PacketLine) []PacketLine {
	action := strings.HasPrefix(h.Rule, "needs-action") || strings.HasPrefix(h.Rule, "refund") || strings.HasPrefix(h.Rule, "complaint")
	known := slices.ContainsFunc(facts, func(l PacketLine) bool { return l.Code == codeOrder })
	if !action || known || len(messages) == 0 {
		return nil
	}
	return []PacketLine{line(codeNeedsOrder, max(h.WhySeq, messages[0].Seq))}
}

// mood reads the feeling of each of the visitor's messages, and names how they feel now.
func mood(messages []conversation.Message) PacketMood {
	p := PacketMood{Points: []float64{}}
	var history []escalation.Turn
	frustration := 0.0
	for _, m := range messages {
		if m.Author.Kind == conversation.ByVisitor {
			s := escalation.Read(m.Body, history)
			p.Points, frustration = append(p.Points, digits(s.Sentiment)), s.Frustration
		}
		history = append(history, escalation.Turn{Author: m.Author.Kind, Text: m.Body, Answered: m.Outcome != conversation.OutcomeUnanswered})
	}
	p.Points = p.Points[max(0, len(p.Points)-maxMood):]
	p.Word = moodWord(p.Points, frustration)
	return p
}

// moodWord names the last two messages together: one calm sentence after an angry one is not calm yet.
func moodWord(points []float64, frustration float64) string {
	low := 0.0
	for _, v := range points[max(0, len(points)-2):] {
		low = min(low, v)
	}
	if frustration >= 0.5 {
		low = min(low, -frustration)
	}
	switch {
	case low > -0.2:
		return "calm"
	case low > -0.45:
		return "uneasy"
	case low > -0.75:
		return "upset"
	}
	return "angry"
}
