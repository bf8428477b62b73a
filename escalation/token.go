package escalation

import (
	"unicode"
	"unicode/utf8"
)

const (
	// readWindow bounds the work on one message: signals read its first and its last readWindow bytes. People say what
	// they want at one of the two ends, and a pasted log of 100,000 characters must not cost milliseconds.
	readWindow = 2048
	// idDigits is how many digits make a run of letters and digits an identifier such as an order number.
	idDigits = 4
)

// token is one word of a message: where it stands in the bytes, and what it looks like after folding.
type token struct {
	word       string // folded
	start, end int    // bytes in the message
	tags       tag
	sentence   int
	pause      bool // a comma, dash, colon or bracket stands before it
	shouted    bool // all capital letters, at least three
}

// text is a message cut into tokens. asks holds, for every sentence, whether a question mark closes it.
type text struct {
	tokens    []token
	asks      []bool
	loudMarks bool // "!!", "??" or a mix of both
}

// tokenise cuts a message into words. It never fails: bytes that are no UTF-8 separate words like a space does.
func tokenise(s string, lex *lexicon) text {
	t := text{tokens: make([]token, 0, 16+min(len(s), 2*readWindow)/5), asks: make([]bool, 1, 4)}
	c := cutter{src: s, out: &t, folded: make([]byte, 0, min(len(s), 2*readWindow)+16)}
	if len(s) <= 2*readWindow {
		c.cut(0, len(s))
	} else {
		c.cut(0, boundary(s, readWindow))
		c.endSentence(false)
		c.cut(boundary(s, len(s)-readWindow), len(s))
	}
	c.finish(lex)
	return t
}

// boundary moves i forward to the start of a rune.
func boundary(s string, i int) int {
	for i < len(s) && !utf8.RuneStart(s[i]) {
		i++
	}
	return i
}

// cutter holds the state of one pass over a message. Folded words go into one buffer, so that a message costs one
// allocation for all its words.
type cutter struct {
	src    string
	out    *text
	folded []byte
	at     []int // start of each token's word in folded
	pause  bool
}

func (c *cutter) cut(i, end int) {
	for i < end {
		r, n := utf8.DecodeRuneInString(c.src[i:end])
		if wordRune(r) {
			i = c.word(i, end)
			continue
		}
		c.between(r, i, end)
		i += n
	}
}

// between handles what stands between words: pauses and the ends of sentences.
func (c *cutter) between(r rune, i, end int) {
	if (r == '!' || r == '?') && i > 0 && (c.src[i-1] == '!' || c.src[i-1] == '?') {
		c.out.loudMarks = true
	}
	switch r {
	case '?', '؟', '？':
		c.endSentence(true)
	case '!', '।', '॥', '\n', '！', '。', '…':
		c.endSentence(false)
	case '.':
		if i+1 >= end || c.src[i+1] <= ' ' || c.src[i+1] == '.' || c.src[i+1] == '"' || c.src[i+1] == ')' {
			c.endSentence(false)
		}
	case ',', ';', ':', '(', ')', '–', '—', '،', '؛', '/':
		c.pause = true
	case '-':
		c.pause = c.pause || i > 0 && c.src[i-1] == ' '
	}
}

// endSentence closes the open sentence, if it has words; a question mark after the end still marks the sentence.
func (c *cutter) endSentence(asks bool) {
	n := len(c.out.asks) - 1
	if k := len(c.out.tokens); k == 0 || c.out.tokens[k-1].sentence != n {
		if asks && n > 0 {
			c.out.asks[n-1] = true
		}
		return
	}
	c.out.asks[n] = asks
	c.out.asks = append(c.out.asks, false)
	c.pause = false
}

// word reads one word from i and returns the offset after it. Clitics of English ("I'd", "it's", "we've") become
// words of their own, because "I" and "'d" mean something apart; "don't" stays one word without its apostrophe.
func (c *cutter) word(i, end int) int {
	start, digits, letters, lower := i, 0, 0, false
	from := len(c.folded)
	for i < end {
		r, n := utf8.DecodeRuneInString(c.src[i:end])
		switch {
		case wordRune(r):
			if unicode.IsDigit(r) {
				digits++
			} else {
				letters++
			}
			lower = lower || unicode.IsLower(r)
			c.folded = foldRune(c.folded, r)
		case (r == '\'' || r == '’' || r == '`') && i > start && follows(c.src, i+n, end):
			if k := clitic(c.src[i+n : end]); k > 0 {
				c.emit(start, i, from, digits, letters, lower)
				from = len(c.folded)
				c.folded = append(append(c.folded, '\''), asciiLower(c.src[i+n:i+n+k])...)
				c.emit(i, i+n+k, from, 0, 1, true)
				return i + n + k
			}
			if letters <= 2 { // "l'agente", "d'un": an article, not an English contraction
				c.emit(start, i, from, digits, letters, lower)
				return i
			}
		case r == '-' && !lower && follows(c.src, i+n, end) && (digits > 0 || letters <= 4 && isDigit(c.src[i+n])):
			c.folded = append(c.folded, '-')
		default:
			c.emit(start, i, from, digits, letters, lower)
			return i
		}
		i += n
	}
	c.emit(start, end, from, digits, letters, lower)
	return end
}

// emit appends a token whose folded word is everything in the buffer from `from`.
func (c *cutter) emit(start, end, from, digits, letters int, lower bool) {
	t := token{start: start, end: end, sentence: len(c.out.asks) - 1, pause: c.pause}
	t.shouted = letters >= 3 && digits == 0 && !lower && unicode.IsUpper(firstRune(c.src[start:end]))
	if digits >= idDigits {
		t.tags |= tID
	}
	c.at = append(c.at, from)
	c.out.tokens = append(c.out.tokens, t)
	c.pause = false
}

// finish turns the folded bytes into one string and looks every word up.
func (c *cutter) finish(lex *lexicon) {
	all := string(c.folded)
	for k := range c.out.tokens {
		end := len(all)
		if k+1 < len(c.at) {
			end = c.at[k+1]
		}
		t := &c.out.tokens[k]
		t.word = all[c.at[k]:end]
		if t.tags&tID == 0 {
			t.word, t.tags = lex.look(t.word)
		}
	}
	if n := len(c.out.asks); n > 1 && (len(c.out.tokens) == 0 || c.out.tokens[len(c.out.tokens)-1].sentence < n-1) {
		c.out.asks = c.out.asks[:n-1]
	}
}

// clitic returns the length of an English clitic at the start of s ("d", "ll", "m", "re", "s", "ve"), or 0.
func clitic(s string) int {
	n := 0
	for n < len(s) && n < 3 && (s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z') {
		n++
	}
	switch asciiLower(s[:n]) {
	case "d", "ll", "m", "re", "s", "ve":
		return n
	}
	return 0
}

func asciiLower(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] |= 0x20
	}
	return string(b)
}

func follows(s string, i, end int) bool {
	if i >= end {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s[i:end])
	return wordRune(r)
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
