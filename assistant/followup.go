package assistant

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
)

// A message that goes on from the one before ("and to Pune?", "how much is that?") is read as the whole question it stands for, so that both the search and the
// choice of sentences know what it is about. The words of the answer before are not used: they name much that was not asked.

const (
	// fragmentWords is the longest message that may be a question without its verb: "and for audio?".
	fragmentWords = 6
	// earlierQuestions is how many questions back a subject is looked for.
	earlierQuestions = 3
)

var (
	// goesOn begins a message that takes over the question before and changes one thing in it.
	goesOn = regexp.MustCompile(`(?i)^\s*(?:(?:and|or|but|ok|okay|so|then)\b[\s,]*)*(?:(?:what|how) about\b|and\b|और|aur\b)[\s,]*`)
	// joins are what may stand in front of a whole question that follows.
	joins = regexp.MustCompile(`(?i)^\s*(?:and|but|so|ok|okay|then|और|लेकिन|aur)\b[\s,]*`)
	// verbs are the small words that a whole question has and a fragment lacks.
	verbs = set(`is are was were do does did can could will would shall should may must has have had am be what which who whose when where why how
		है हैं था क्या कब कहाँ कैसे कितना कितने कितनी कौन hai hain kya kab kaise kitna kitne kitni`)
	// pronoun stands for what was spoken of. "That" before a word of its own does not.
	pronoun = regexp.MustCompile(`(?i)\b(it|that|this|they|them|those|these|one)\b(?:\s+(?:is|are|was|does|do|cost|costs|take|takes|work|works|cover|covers|with|for|to|in|on|at|by|from|and|or|after|before|out|too|also|as|cheaper|free|possible|available|\W)|\W*$)`)
	// expletive is an "it" that stands for nothing: "is it possible to pay", "how long does it take to charge".
	expletive = regexp.MustCompile(`(?i)\b(?:is|was|will) it (?:possible|ok|okay|normal|safe|necessary|allowed|true|free|worth)\b|\bit (?:take|takes|cost|costs)(?: \w+)? to \w`)
	// placed are words with what they stand behind, or in Hindi before: "to Pune", "पुणे में".
	placed   = regexp.MustCompile(`(?i)\b(to|in|from|for|at|by|with|on)\s+((?:the\s+|a\s+|an\s+)?[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*(?:\s+\p{Lu}[\p{L}\p{N}-]*)*)`)
	placedHi = regexp.MustCompile(`([\p{L}\p{M}\p{N}]+)\s+(में|से|पर|को|तक|का|की|के)(?:\s|\?|$)`)
	// article begins the last thing that a question names.
	article = regexp.MustCompile(`(?i)\b(?:the|a|an|my|your)\s+[^?.,]+`)
)

// resolved is a message as the whole question that it stands for, or as it is.
func resolved(text string, history []Turn) string {
	if len(history) == 0 || !needsMore(text) {
		return text
	}
	before := lastQuestion(history)
	if before == "" {
		return text
	}
	if rest := goesOn.ReplaceAllString(text, ""); fragment(rest) {
		return exchanged(before, strings.TrimSpace(strings.TrimRight(rest, " ?!.")))
	}
	if pronoun.MatchString(text) {
		if subject := subjectOf(before); subject != "" {
			return joins.ReplaceAllString(strings.TrimRight(text, " ?!.")+" "+subject+"?", "")
		}
	}
	return text
}

// needsMore reports whether a message is understood only through the one before.
func needsMore(text string) bool {
	if rest := goesOn.ReplaceAllString(text, ""); rest != text && fragment(rest) {
		return true
	}
	return pronoun.MatchString(text) && !expletive.MatchString(text) && len(wordsOf(text)) <= 2*fragmentWords
}

// fragment reports whether a text is too short and bare to ask anything by itself.
func fragment(text string) bool {
	words := wordsOf(text)
	return len(words) > 0 && len(words) <= fragmentWords && !slices.ContainsFunc(words, func(w string) bool { return verbs[w] })
}

// lastQuestion is what the visitor asked last, itself resolved.
func lastQuestion(history []Turn) string {
	seen := 0
	for i, t := range slices.Backward(history) {
		if t.Author != conversation.ByVisitor {
			continue
		}
		if seen++; seen > earlierQuestions {
			break
		}
		if text := escalation.WithoutCourtesy(t.Text); len(wordsOf(text)) > 1 {
			return resolved(text, history[:i])
		}
	}
	return ""
}

// exchanged is the question before with one thing in it exchanged for another: what stands behind the same preposition, else a name for a name, else the last thing.
func exchanged(before, with string) string {
	if m := placed.FindStringSubmatch(with); m != nil && strings.HasPrefix(strings.ToLower(with), strings.ToLower(m[1])) {
		for _, at := range placed.FindAllStringSubmatchIndex(before, -1) {
			if strings.EqualFold(before[at[2]:at[3]], m[1]) {
				return before[:at[0]] + with + before[at[1]:]
			}
		}
		return strings.TrimRight(before, " ?!.") + " " + with + "?"
	}
	if m := placedHi.FindStringSubmatch(with); m != nil {
		for _, at := range placedHi.FindAllStringSubmatchIndex(before, -1) {
			if before[at[4]:at[5]] == m[2] {
				return before[:at[2]] + with + before[at[5]:]
			}
		}
	}
	if name := lastName(before); name != "" && (unicode.IsUpper([]rune(with)[0]) || !article.MatchString(before)) {
		return strings.Replace(before, name, with, 1)
	}
	if at := article.FindAllStringIndex(before, -1); at != nil {
		last := at[len(at)-1]
		return before[:last[0]] + with + before[last[1]:]
	}
	return strings.TrimRight(before, " ?!.") + " " + with + "?"
}

// lastName is the last run of words with capitals that does not begin the text.
func lastName(text string) string {
	name, from := "", -1
	for i, at := range token.FindAllStringIndex(text, -1) {
		word := text[at[0]:at[1]]
		isName := i > 0 && word != "I" && (unicode.IsUpper([]rune(word)[0]) || from >= 0 && unicode.IsDigit([]rune(word)[0]))
		switch {
		case isName && from < 0:
			from = at[0]
			name = word
		case isName:
			name = text[from:at[1]]
		default:
			from = -1
		}
	}
	return name
}

// leadingWords ask, and name nothing: what is left of a question without them is what it is about.
var leadingWords = set(`how much many long often soon far old big is are was were do does did can could will would should may must has have i we you he she they my your our me us what which who when where why
	the a an there get need want like to please tell know cost costs price offer sell if any`)

// subjectOf is what a question is about: its words without those that ask.
func subjectOf(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("?!.,", r) })
	for len(words) > 0 && leadingWords[strings.ToLower(words[0])] {
		words = words[1:]
	}
	return strings.Join(words, " ")
}
