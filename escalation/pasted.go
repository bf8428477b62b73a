package escalation

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// What people paste is not what they say: a log that says FATAL and failed twenty times is not shouting, an old mail below the new words has been
// answered, and an address is no sentence. Pasted stretches are blanked with spaces before a message is read, so that the bytes of what is left keep their places.

const (
	// codeShare is the share of signs among what is no space from which a line is code or output, and codeLength the length from which that is looked
	// at: a smile and a price hold signs too.
	codeShare  = 0.22
	codeLength = 16
	// mailHeads is how many head lines of a mail in a row make a quoted one; one alone may be somebody's own "Subject: my order".
	mailHeads = 2
)

var (
	// logLine is a line that a machine wrote: a stack frame, or one that begins with a time, a level or a code.
	logLine = regexp.MustCompile(`^\s*(?:at [\w.$<>/]+\(|File "[^"]+", line \d|Traceback \(most|Caused by:|goroutine \d+|[\w.$]+(?:Exception|Error)\b:?` +
		`|\[?\d{4}-\d\d-\d\d[T ,]+\d\d:\d\d|\[?\d\d?:\d\d:\d\d|\[?\d\d?/\d\d?/\d\d(?:\d\d)?[ ,]+\d\d?:\d\d|\[?(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL|TRACE|SEVERE|CRITICAL)[\]: ]` +
		`|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d+ \d\d:\d\d:\d\d|[A-Z]{3,8}\d{3,6}[A-Z]\b|[$#%] ?\w+ |\+?0x[0-9a-f]{4,}|</?[\w!?])`)
	// mailHead is a head line of a quoted mail.
	mailHead = regexp.MustCompile(`(?i)^\s*\*?(?:from|sent|to|cc|date|subject|von|gesendet|an|betreff|de|envoyé|à|objet|enviado|para|asunto|da|inviato|oggetto)\*?:\s`)
	// mailBelow is where the rest of a message is an old mail.
	mailBelow = regexp.MustCompile(`(?i)^\s*(?:-{3,}\s*(?:original|forwarded) message|begin forwarded message|on .{6,120}(?:wrote|writes):\s*$|am .{6,120} schrieb .*:\s*$|le .{6,120} a écrit\s*:\s*$)`)
	// address is a web address, which may hold anything.
	address = regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S+`)
)

const (
	// longMessage is how many words a message must have before its last question is looked at by itself, and wholeQuestion how many such a question must have:
	// "any ideas?" asks nothing by itself.
	longMessage, wholeQuestion = 30, 4
)

// LastQuestion returns the question with which a long letter or a message with something pasted into it ends, or "" where there is none that stands by itself.
func LastQuestion(message string) string {
	own := ownWords(message)
	if own == message && len(strings.Fields(own)) < longMessage {
		return ""
	}
	end := strings.LastIndexAny(own, "?؟")
	if end < 0 {
		return ""
	}
	_, size := utf8.DecodeRuneInString(own[end:])
	begin := 0
	for _, at := range sentenceEnd.FindAllStringIndex(own[:end], -1) {
		begin = at[1]
	}
	question := strings.TrimSpace(own[begin : end+size])
	if len(strings.Fields(question)) < wholeQuestion || question == strings.TrimSpace(message) {
		return ""
	}
	return question
}

// sentenceEnd is where a sentence ends, or a clause that leads up to a question.
var sentenceEnd = regexp.MustCompile(`[.!?؟।:]\s+|\n`)

// ownWords returns the message with what was pasted into it blanked, byte for byte. A message that is nothing else comes back as it is: somebody meant something by it.
func ownWords(message string) string {
	if !strings.ContainsAny(message, "\n/.") {
		return message
	}
	out := address.ReplaceAllStringFunc(message, blank)
	if strings.Contains(out, "\n") {
		lines := strings.SplitAfter(out, "\n")
		blankPasted(lines)
		out = strings.Join(lines, "")
	}
	if strings.TrimSpace(out) == "" {
		return message
	}
	return out
}

func blankPasted(lines []string) {
	fenced, below := false, false
	for i, line := range lines {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		below = below || mailBelow.MatchString(line) || headsFrom(lines[i:]) >= mailHeads
		if fence {
			fenced = !fenced
		}
		if fence || fenced || below || strings.HasPrefix(line, ">") || logLine.MatchString(line) || isCode(line) {
			lines[i] = blank(line)
		}
	}
}

func headsFrom(lines []string) int {
	n := 0
	for n < min(mailHeads, len(lines)) && mailHead.MatchString(lines[n]) {
		n++
	}
	return n
}

// isCode reports whether a line is rather signs than words.
func isCode(line string) bool {
	signs, all := 0, 0
	for _, r := range strings.TrimSpace(line) {
		if r == ' ' {
			continue
		}
		all++
		if strings.ContainsRune(`{}()[];=<>/\|_@#$%&*+~^:"`, r) {
			signs++
		}
	}
	return all >= codeLength && float64(signs) >= codeShare*float64(all)
}

// blank is as many spaces as a stretch has bytes; the ends of lines stay.
func blank(text string) string {
	b := []byte(text)
	for i := range b {
		if b[i] != '\n' {
			b[i] = ' '
		}
	}
	return string(b)
}
