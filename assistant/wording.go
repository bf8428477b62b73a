package assistant

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/baton-chat/baton/knowledge"
)

// worded are the words of a text that its sense hangs on, each by its stem. What every answer says, and what is checked in other ways, is left out.
func worded(text string) []string {
	var out []string
	for _, t := range knowledge.Terms(sameSense.Replace(text)) {
		if t = lightStem(t); t != "" && !empty()[t] && !isNumeral(t) && units()[t] == "" && numberWords()[t] == "" {
			out = append(out, t)
		}
	}
	return out
}

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range worded(text) {
		set[w] = true
	}
	return set
}

// empty are words that say nothing about the matter: what leads up to a statement, and the grammar of Hindi and Arabic, which the search keeps.
var empty = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, t := range knowledge.Terms(`yes sure also please note here follow following follows below above step steps simply just then once about according page pages help article passage information
		however additionally currently within during upon via per each any all every everything everywhere always only never cannot without nor neither none
		है हैं था थे थी का की के को से में पर और या तो ही भी यह वह ये वे इस उस इसे उसे आप आपका आपके आपकी आपको हम हमारे हमारा हमारी कि जो जब तब अगर लिए साथ तक बाद पहले नहीं न मत बिना कर करें करके करना करता करते करती सकते सकता सकती होता होती होते हो होगा होगी होंगे गया गई गए जाता जाती जाते ने एक कृपया हाँ जी
		في من إلى على عن مع هذا هذه ذلك تلك التي الذي أو ثم إن أن إذا كان كانت هو هي هم كل قد ما لا لم لن ليس ليست غير بدون دون يتم تم بعد قبل عند حتى لكن نعم يمكن يمكنك لك لكم أنت نحن خلال أي`) {
		set[lightStem(t)] = true
	}
	return set
})

// sameSense writes a few turns of phrase one way, so that what means the same is the same and "no cost" is no denial.
var sameSense = regexpReplacer{
	{regexp.MustCompile(`(?i)\b(?:at )?no (?:extra |additional )?(?:cost|charge|fee)s?\b|\bfree of (?:charge|cost)\b|\bcomplimentary\b|\bwithout (?:any )?(?:extra |additional )?(?:cost|charge|fee)s?\b`), " free "},
	{regexp.MustCompile(`(?i)\bno (?:later|longer|more) than\b|\bnot more than\b|\bup to\b`), " at most "},
	{regexp.MustCompile(`(?i)\b(?:no|not) (?:less|fewer) than\b`), " at least "},
	{regexp.MustCompile(`(?i)\bno-cost\b`), " nocost "},
	{regexp.MustCompile(`(?i)\b(?:every|any)where else\b`), " elsewhere "},
	{regexp.MustCompile(`(?i)\bnot only\b`), " "},
	{regexp.MustCompile(`बिना (?:किसी )?(?:अतिरिक्त )?शुल्क(?: के)?|निःशुल्क|नि:शुल्क|मुफ्त`), " मुफ़्त "},
	{regexp.MustCompile(`(?:بدون|دون) (?:أي )?(?:رسوم|تكلفة)(?: إضافية)?|مجانا|مجانًا|مجاني`), " مجانية "},
}

type regexpReplacer []struct {
	find *regexp.Regexp
	with string
}

// Replace returns the text with every turn of phrase replaced.
func (r regexpReplacer) Replace(text string) string {
	for _, x := range r {
		text = x.find.ReplaceAllString(text, x.with)
	}
	return text
}

// lightStem takes off what Hindi and Arabic put around a word; English words come stemmed.
func lightStem(t string) string {
	first, _ := utf8.DecodeRuneInString(t)
	switch {
	case unicode.Is(unicode.Arabic, first):
		t = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Mn, r) {
				return -1 // Vowel signs are written or not.
			}
			return r
		}, t)
		return trimEdges(t, []string{"وال", "بال", "كال", "فال", "لل", "ال"}, []string{"ها", "ات", "ون", "ين", "ية", "ة", "ه", "ا"})
	case unicode.Is(unicode.Devanagari, first):
		return trimEdges(t, nil, []string{"ियों", "ियाँ", "ाओं", "ों", "ें", "ीं", "ाँ", "े", "ी", "ा", "ो", "ि"})
	}
	return t
}

// trimEdges takes one beginning and one ending off a word where at least two letters are left.
func trimEdges(t string, prefixes, suffixes []string) string {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(t, p); ok && utf8.RuneCountInString(rest) >= 3 {
			t = rest
			break
		}
	}
	for _, s := range suffixes {
		if rest, ok := strings.CutSuffix(t, s); ok && utf8.RuneCountInString(rest) >= 2 {
			return rest
		}
	}
	return t
}

// negators are the words that turn a statement into its opposite.
var negators = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(`not no never cannot without nor neither none nothing unable nowhere नहीं नही न मत बिना لا لن لم ليس ليست غير بدون دون ولا`) {
		set[word] = true
	}
	return set
})

// denies reports whether a clause says that something is not so. Two denials are still a denial here: who doubles them is rare, and checked too strictly at worst.
func denies(clause string) bool {
	for token := range strings.FieldsSeq(strings.ToLower(sameSense.Replace(clause))) {
		token = strings.Trim(token, `.,;:!?()"'“”‘।،؛؟*`)
		if negators()[token] || strings.HasSuffix(token, "n't") || strings.HasSuffix(token, "n’t") {
			return true
		}
	}
	return false
}

// contrasts part a sentence where its second half may say the opposite of the first.
var contrasts = regexp.MustCompile(`(?i)[;:؛]\s|,?\s(?:but|yet|however|although|though|while|whereas|unless|except)\s|,?\s(?:लेकिन|परंतु|परन्तु|मगर|किंतु|जबकि)\s|،?\s(?:لكن|ولكن|بينما|إلا)\s`)

// finer part a sentence into what may carry a figure of its own.
var finer = regexp.MustCompile(`(?i)[;:,؛،]\s|\s(?:and|or|but|while|whereas|और|या|लेकिन|जबकि|أو|لكن|بينما)\s|\s\|\s`)

// opposites are pairs of words of which a claim must not use one where its passage uses only the other.
var opposites = []struct{ one, other *regexp.Regexp }{
	pair(`before|prior to|पहले|قبل`, `after|बाद|بعد`),
	pair(`over|above|more than|at least|exceed\w*|from ₹?\d[\d,]*|से ऊपर|से अधिक|से ज़्यादा|أكثر من|فوق|أعلى من`, `under|below|less than|at most|से कम|से नीचे|أقل من|تحت`),
	pair(`free|मुफ़्त|मुफ्त|مجان\S*`, `paid|chargeable|cost extra|सशुल्क|مدفوعة?`),
	pair(`include\w*|including|शामिल|يشمل|تشمل`, `exclude\w*|excluding|extra|अलग से|يستثني`),
	pair(`minimum|न्यूनतम|الأدنى`, `maximum|अधिकतम|الأقصى`),
	pair(`increase\w*|rise\w*|बढ़\S*`, `decrease\w*|fall\w*|reduc\w*|घट\S*`),
	pair(`online|ऑनलाइन|عبر الإنترنت`, `in store|at a store|at the store|दुकान|في المتجر`),
	pair(`earliest|जल्द से जल्द`, `latest|देर से देर`),
	pair(`opens?|open|खुल\S*|تفتح`, `close[sd]?|बंद|تغلق|مغلق`),
}

// absolutes are words that claim something for every case, by what they range over.
var absolutes = []*regexp.Regexp{
	word(`everywhere|anywhere|worldwide|all over|कहीं भी|हर जगह|في كل مكان|أي مكان`),
	word(`always|anytime|at any time|forever|हमेशा|कभी भी|किसी भी समय|دائما|دائمًا|في أي وقت`),
	word(`all|every|each|everyone|everything|any|anyone|anything|entire|entirely|completely|whole|सभी|सब|हर|प्रत्येक|पूरे|पूरी|पूरा|किसी भी|كل|جميع|أي`),
	word(`only|just|exclusively|केवल|सिर्फ़|सिर्फ|فقط`),
	word(`unlimited|guaranteed?|must|असीमित|गारंटी|غير محدود|مضمون`),
}

// overstates reports whether a claim makes a rule of what a passage says of some cases.
func overstates(claim, passage string) bool {
	claim, passage = sameSense.Replace(claim), sameSense.Replace(passage)
	for _, a := range absolutes {
		if a.MatchString(claim) && !a.MatchString(passage) {
			return true
		}
	}
	return false
}

func pair(one, other string) struct{ one, other *regexp.Regexp } {
	return struct{ one, other *regexp.Regexp }{word(one), word(other)}
}

// word finds any of the words. Go's \b knows ASCII only, so the edges are written out.
func word(words string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[^\p{L}\p{M}\p{N}])(?:` + words + `)(?:$|[^\p{L}\p{M}\p{N}])`)
}

// turned reports whether a claim says one side of a pair where the passage says only the other, or makes a rule of what the passage says of some cases.
func turned(claim, passage string) bool {
	return opposed(claim, passage) || overstates(claim, passage)
}

// opposed reports whether a claim says one side of a pair where the passage says only the other.
func opposed(claim, passage string) bool {
	claim, passage = sameSense.Replace(claim), sameSense.Replace(passage)
	for _, p := range opposites {
		if p.one.MatchString(claim) && !p.one.MatchString(passage) && p.other.MatchString(passage) ||
			p.other.MatchString(claim) && !p.other.MatchString(passage) && p.one.MatchString(passage) {
			return true
		}
	}
	return false
}

// namesOf lists the words of a claim that are names: in Latin letters with a capital inside the sentence, or with a digit between letters. The first word has
// its capital from the sentence; it counts where known says that it is a name elsewhere.
func namesOf(text string, known map[string]bool) []string {
	var out []string
	begins := true
	for token := range strings.FieldsSeq(text) {
		bare := strings.TrimFunc(token, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		first, _ := utf8.DecodeRuneInString(bare)
		if bare == "" {
			continue
		}
		if unicode.Is(unicode.Latin, first) && unicode.IsUpper(first) && bare != "I" && dates()[strings.ToLower(bare)] == "" && (!begins || known[strings.ToLower(bare)] || strings.ToUpper(bare) == bare && len(bare) > 1) {
			out = append(out, strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(bare, "'s"), "’s")))
		}
		begins = strings.HasSuffix(token, ":") || strings.HasSuffix(token, ".") || strings.HasSuffix(token, "?")
	}
	return out
}
