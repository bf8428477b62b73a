package assistant

import "strings"

// Marks that models put around what they think before they answer. Servers that know a model take its thoughts out and send them in a field of their own
// (reasoning_content or reasoning), which is not read here; the others leave them in the answer.
var (
	thoughtOpens  = []string{"<think>", "<thinking>", "<thought>", "<reasoning>"}
	thoughtCloses = []string{"</think>", "</thinking>", "</thought>", "</reasoning>"}
)

// thoughtReader takes a model's thoughts out of its text while that is being written. Visitors see none of them, and no sentence of them is held against the pages.
type thoughtReader struct {
	inside bool
	// aloud: the text began inside a thought without a mark, as where a chat template has written the first one already.
	aloud bool
	// held is what may be the beginning of a mark; aloud it is all since the beginning, because without a closing mark it is the answer after all.
	held string
}

// read takes the next bit and returns what is no thought. stray reports a closing mark that nothing opened: all before it was thought.
func (t *thoughtReader) read(text string) (words string, stray bool) {
	t.held += text
	for {
		if t.inside {
			at, mark := firstOf(t.held, thoughtCloses)
			if mark == "" {
				t.forget()
				return words, false
			}
			t.inside, t.aloud, t.held = false, false, t.held[at+len(mark):]
			continue
		}
		at, mark := firstOf(t.held, thoughtOpens)
		before, closing := firstOf(t.held, thoughtCloses)
		switch {
		case closing != "" && (mark == "" || before < at):
			return words, true
		case mark != "":
			words += t.held[:at]
			t.inside, t.held = true, t.held[at+len(mark):]
		default:
			keep := unfinished(t.held, thoughtOpens, thoughtCloses)
			words += t.held[:len(t.held)-keep]
			t.held = t.held[len(t.held)-keep:]
			return words, false
		}
	}
}

// forget drops what was thought, but for what may be the beginning of the closing mark. What began without a mark is kept as long as it may be an answer.
func (t *thoughtReader) forget() {
	if t.aloud && len(t.held) <= maxAnswerBytes {
		return
	}
	t.aloud = false
	t.held = t.held[len(t.held)-unfinished(t.held, thoughtCloses):]
}

// end returns what was held back and is no thought after all.
func (t *thoughtReader) end() string {
	if t.inside && !t.aloud {
		return ""
	}
	return t.held
}

// firstOf is where the first of the marks stands in a text; the mark is "" where none does.
func firstOf(text string, marks []string) (at int, mark string) {
	at = len(text)
	for _, m := range marks {
		if i := strings.Index(text, m); i >= 0 && i < at {
			at, mark = i, m
		}
	}
	return at, mark
}

// unfinished is how many bytes at the end of a text may be the beginning of one of the marks.
func unfinished(text string, lists ...[]string) int {
	from := strings.LastIndexByte(text, '<')
	if from < 0 {
		return 0
	}
	for _, marks := range lists {
		for _, m := range marks {
			if strings.HasPrefix(m, text[from:]) {
				return len(text) - from
			}
		}
	}
	return 0
}
