package language

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Codes that other code names. The rest are the tags of BCP 47 as well.
const (
	English = "en"
	Hindi   = "hi"
	Arabic  = "ar"
	// HindiLatin is Hindi in Latin letters.
	HindiLatin = "hi-Latn"
)

const (
	// sample is how many bytes of a text are looked at: a page says in its first lines what it is written in.
	sample = 1000
	// lead is by how many small words a text must be another language than English, so that a name or a word of both does not decide.
	lead = 2
	// density is the least share of small words, one in so many, in a text of another language.
	density = 10
	// leadOfTerms and densityOfTerms are the same for a list of a page's different words.
	leadOfTerms, densityOfTerms = 3, 6
	// shortText is the length in words up to which one word that English cannot have is enough, where nothing speaks for English.
	shortText = 3
)

//go:embed words.txt
var wordList string

// small maps each small word to the languages that have it.
var small = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(wordList) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		for _, word := range fields[1:] {
			if have := out[word]; len(have) == 0 || have[len(have)-1] != fields[0] {
				out[word] = append(have, fields[0])
			}
		}
	}
	return out
})

// letters are those by which a word shows its language without being a small one.
var letters = map[rune][]string{
	'ä': {"de", "sv"}, 'ö': {"de", "tr", "sv"}, 'ü': {"de", "tr"}, 'ß': {"de"},
	'ñ': {"es"}, '¿': {"es"}, '¡': {"es"}, 'ó': {"es", "pl"}, 'í': {"es", "pt"}, 'á': {"es", "pt"}, 'ú': {"es", "pt"},
	'ã': {"pt"}, 'õ': {"pt"}, 'â': {"pt", "fr"}, 'ç': {"pt", "fr", "tr"}, 'ê': {"fr", "pt"}, 'é': {"fr", "pt", "es"},
	'è': {"fr", "it"}, 'à': {"fr", "it"}, 'ù': {"fr", "it"}, 'û': {"fr"}, 'î': {"fr"}, 'ô': {"fr"}, 'œ': {"fr"}, 'ò': {"it"}, 'ì': {"it"},
	'ş': {"tr"}, 'ğ': {"tr"}, 'ı': {"tr"}, 'ł': {"pl"}, 'ą': {"pl"}, 'ę': {"pl"}, 'ż': {"pl"}, 'ś': {"pl"}, 'ć': {"pl"}, 'å': {"sv"},
	'ơ': {"vi"}, 'ư': {"vi"}, 'đ': {"vi"}, 'ạ': {"vi"}, 'ế': {"vi"},
}

// scripts are the scripts that say the language, or the commonest of theirs.
var scripts = []struct {
	table *unicode.RangeTable
	code  string
}{
	{unicode.Devanagari, Hindi},
	{unicode.Arabic, Arabic},
	{unicode.Tamil, "ta"},
	{unicode.Bengali, "bn"},
	{unicode.Telugu, "te"},
	{unicode.Gujarati, "gu"},
	{unicode.Kannada, "kn"},
	{unicode.Malayalam, "ml"},
	{unicode.Gurmukhi, "pa"},
	{unicode.Oriya, "or"},
	{unicode.Cyrillic, "ru"},
	{unicode.Greek, "el"},
	{unicode.Hebrew, "he"},
	{unicode.Thai, "th"},
	{unicode.Hangul, "ko"},
	{unicode.Hiragana, "ja"},
	{unicode.Katakana, "ja"},
	{unicode.Han, "zh"},
}

// Of returns the language of a text, and whether the text shows it. What shows none is "en" and not sure: a name, a number, a word of many languages.
func Of(text string) (code string, sure bool) {
	text = strings.ToLower(strings.ToValidUTF8(text[:min(len(text), sample)], ""))
	code = script(text)
	switch code {
	case "":
		return English, false
	case "latin":
		return latin(words(text))
	case Hindi:
		if votes := count(words(text)); votes["mr"] > votes[Hindi] {
			return "mr", true
		}
	case Arabic:
		// Urdu and Persian have letters that Arabic lacks.
		if strings.ContainsAny(text, "ٹڈڑںےہھ") {
			return "ur", true
		}
		if strings.ContainsAny(text, "گچپژ") {
			return "fa", true
		}
	}
	return code, true
}

// script is the language of the script that most of a text's letters are in, "latin" where that says little, or "" without letters.
func script(text string) string {
	counts := map[string]int{}
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		code := "latin"
		if r >= 0x0370 {
			for _, s := range scripts {
				if unicode.Is(s.table, r) {
					code = s.code
					break
				}
			}
		}
		counts[code]++
	}
	best := ""
	for code, n := range counts {
		if n > counts[best] || n == counts[best] && code < best {
			best = code
		}
	}
	if counts["ja"] > 0 && best == "zh" {
		return "ja" // Japanese writes most of its nouns in Chinese characters.
	}
	return best
}

// latin weighs the small words of a text in Latin letters.
func latin(list []string) (string, bool) {
	votes := count(list)
	other, foreignWords := "", 0
	for code, n := range votes {
		if code != English && (n > votes[other] || n == votes[other] && code < other || other == "") {
			other = code
		}
	}
	english, telling := 0, false
	for _, w := range list {
		switch langs, marked := small()[w], marked(w); {
		case slices.Contains(langs, English):
			if len(langs) == 1 { // A word of both speaks for neither.
				english++
			}
		case len(langs) > 0 || len(marked) > 0:
			foreignWords++
			telling = telling || len(w) > 2 // "TE-48213" is no Dutch.
		}
	}
	switch {
	case other == "" || foreignWords <= 2*english && english > 0:
		return English, english > 0
	case foreignWords >= max(lead, len(list)/density), telling && english == 0 && len(list) <= shortText:
		return other, !tied(votes, other)
	}
	return English, false
}

// Foreign reports whether a text in Latin letters is in another language than English, whichever it is.
func Foreign(text string) bool {
	code, _ := Of(text)
	return code != English
}

// ForeignTerms is Foreign for the different words of a page, from which the small words of English may have been left out. In their absence a few small words of
// other languages prove nothing: an English page has an "e" from "e-mail" and a "per" besides.
func ForeignTerms(list []string) bool {
	other, foreignWords := 0, 0
	for _, w := range list {
		first, _ := utf8.DecodeRuneInString(w)
		switch {
		case first >= 0x0370 && unicode.IsLetter(first):
			other++
		case !slices.Contains(small()[w], English) && len(small()[w])+len(marked(w)) > 0:
			foreignWords++
		}
	}
	return 2*other > len(list) || foreignWords >= max(leadOfTerms, len(list)/densityOfTerms)
}

// Differ reports whether two texts are in different languages, as far as they show it: two scripts always differ.
func Differ(a, b string) bool {
	one, oneSure := Of(a)
	two, twoSure := Of(b)
	if one == two {
		return false
	}
	if latinLetters(one) && latinLetters(two) {
		// English is also what a text is called that shows nothing.
		return (oneSure || one != English) && (twoSure || two != English)
	}
	return oneSure && twoSure
}

// Fits reports whether a text may be in a language, as far as it shows its own: a script that is not the language's never fits.
func Fits(text, code string) bool {
	own, sure := Of(text)
	return own == code || !sure && latinLetters(own) == latinLetters(code)
}

// names are the languages as English calls them, for those who are told to write in one.
var names = map[string]string{
	"en": "English", "hi": "Hindi, in Devanagari script", "ar": "Arabic", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian", "pt": "Portuguese",
	"nl": "Dutch", "tr": "Turkish", "id": "Indonesian", "pl": "Polish", "sv": "Swedish", "vi": "Vietnamese", "ta": "Tamil", "bn": "Bengali", "te": "Telugu",
	"mr": "Marathi", "gu": "Gujarati", "kn": "Kannada", "ml": "Malayalam", "pa": "Punjabi", "or": "Odia", "ur": "Urdu", "fa": "Persian", "ru": "Russian",
	"el": "Greek", "he": "Hebrew", "th": "Thai", "ko": "Korean", "ja": "Japanese", "zh": "Chinese",
}

// Name is a language's English name, or "" where it is none of this package's.
func Name(code string) string { return names[code] }

// latinLetters reports whether a language is written in Latin letters.
func latinLetters(code string) bool {
	switch code {
	case "mr", "ur", "fa":
		return false
	}
	for _, s := range scripts {
		if s.code == code {
			return false
		}
	}
	return true
}

// count gives each language two votes for each of its small words and for each word with a letter that is first of all its own, and one where others have the letter
// more often.
func count(list []string) map[string]int {
	votes := map[string]int{}
	for _, w := range list {
		for _, code := range small()[w] {
			votes[code] += 2
		}
		for i, code := range marked(w) {
			votes[code] += 2 - min(i, 1)
		}
	}
	return votes
}

// marked lists the languages whose letters a word has.
func marked(word string) []string {
	for _, r := range word {
		if r > unicode.MaxASCII && len(letters[r]) > 0 {
			return letters[r]
		}
	}
	return nil
}

func tied(votes map[string]int, code string) bool {
	for other, n := range votes {
		if other != code && other != English && n >= votes[code] {
			return true
		}
	}
	return false
}

// words are the runs of letters and marks of a lower-case text. Signs of Spanish stay, since they are letters to this package.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '¿' && r != '¡'
	})
}
