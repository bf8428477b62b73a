package assistant

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// figure is a number of a text with what it counts: 7 days are not 7 hours. Months and days of the week are figures too, since a wrong one is as
// wrong as a wrong number.
type figure struct{ value, unit string }

// meets reports whether a figure of a claim is this one of a passage. Where one of them says no unit, the number decides.
func (f figure) meets(other figure) bool {
	return f.value == other.value && (f.unit == "" || other.unit == "" || f.unit == other.unit)
}

// rivals reports whether another figure counts the same thing with another number.
func (f figure) rivals(other figure) bool { return f.value != other.value && f.unit == other.unit }

// numeral is a number in the digits of any script, with the currency before it, the mark of degrees or percent behind it.
var numeral = regexp.MustCompile(`([₹$€£])?\s?(\p{Nd}+(?:[.,:٫٬]\p{Nd}+)*)\s?(%|٪|°)?`)

// units are the words behind a number that say what it counts, in the three languages.
var units = sync.OnceValue(func() map[string]string {
	table := map[string]string{}
	for unit, words := range map[string]string{
		"minute": "minute minutes min mins मिनट دقيقة دقائق",
		"hour":   "hour hours hr hrs घंटा घंटे घंटों घण्टे ساعة ساعات",
		"day":    "day days दिन दिनों يوم أيام يوما يومًا",
		"week":   "week weeks हफ़्ता हफ़्ते हफ्ते हफ़्तों सप्ताह أسبوع أسابيع أسبوعا أسبوعًا",
		"month":  "month months महीना महीने महीनों माह شهر أشهر شهور شهرا شهرًا",
		"year":   "year years साल सालों वर्ष سنة سنوات عام أعوام",
		"₹":      "rupee rupees inr रुपये रुपए रुपया रुपयों रु روبية روبيات",
		"$":      "dollar dollars usd", "€": "euro euros eur",
		"%":  "percent प्रतिशत फ़ीसदी بالمئة بالمائة",
		"pm": "pm p.m", "am": "am a.m",
		"lakh": "lakh lakhs लाख", "crore": "crore crores करोड़", "million": "million", "thousand": "thousand हज़ार हजार ألف آلاف",
		"km": "km kilometres kilometers किलोमीटर كيلومتر", "gb": "gb", "mb": "mb", "tb": "tb", "w": "w watt watts वाट واط", "kg": "kg kilograms किलो", "g": "g grams",
		"cm": "cm", "mm": "mm", "mah": "mah",
	} {
		for word := range strings.FieldsSeq(words) {
			table[word] = unit
		}
	}
	return table
})

// numberWords are numbers in words. They count only before a unit: "two working days" is a figure, "one of them" is none.
var numberWords = sync.OnceValue(func() map[string]string {
	table := map[string]string{}
	for value, words := range map[string]string{
		"1": "one एक واحد واحدة", "2": "two दो", "3": "three तीन ثلاثة ثلاث", "4": "four चार أربعة أربع", "5": "five पाँच पांच خمسة خمس", "6": "six छह छः ستة ست",
		"7": "seven सात سبعة سبع", "8": "eight आठ ثمانية ثماني", "9": "nine नौ تسعة تسع", "10": "ten दस عشرة عشر", "11": "eleven ग्यारह", "12": "twelve बारह", "14": "fourteen चौदह",
		"15": "fifteen पंद्रह", "20": "twenty बीस عشرون عشرين", "24": "twenty-four चौबीस", "30": "thirty तीस ثلاثون ثلاثين", "45": "forty-five", "60": "sixty साठ", "90": "ninety नब्बे", "100": "hundred सौ مئة مائة",
	} {
		for word := range strings.FieldsSeq(words) {
			table[word] = value
		}
	}
	return table
})

// duals are the Arabic words for two of a unit.
var duals = map[string]string{
	"يومين": "day", "يومان": "day", "ساعتين": "hour", "ساعتان": "hour", "أسبوعين": "week", "أسبوعان": "week", "شهرين": "month", "شهران": "month", "سنتين": "year", "سنتان": "year", "عامين": "year",
}

// dates are the names of months and of days of the week. "May" and "March" count with a capital only.
var dates = sync.OnceValue(func() map[string]string {
	table := map[string]string{}
	for i, words := range []string{
		"january जनवरी يناير", "february फ़रवरी फरवरी فبراير", "March मार्च مارس", "april अप्रैल أبريل", "May मई مايو", "june जून يونيو", "july जुलाई يوليو", "august अगस्त أغسطس",
		"september सितंबर सितम्बर سبتمبر", "october अक्टूबर अक्तूबर أكتوبر", "november नवंबर नवम्बर نوفمبر", "december दिसंबर दिसम्बर ديسمبر",
		"monday mondays सोमवार الاثنين الإثنين", "tuesday tuesdays मंगलवार الثلاثاء", "wednesday wednesdays बुधवार الأربعاء", "thursday thursdays गुरुवार बृहस्पतिवार الخميس",
		"friday fridays शुक्रवार الجمعة", "saturday saturdays शनिवार السبت", "sunday sundays रविवार इतवार الأحد",
	} {
		for word := range strings.FieldsSeq(words) {
			table[word] = string(rune('A' + i))
		}
	}
	return table
})

// figuresOf lists the figures of a text.
func figuresOf(text string) []figure {
	var out []figure
	tokens := strings.Fields(spaced(text))
	for i, token := range tokens {
		word := strings.ToLower(token)
		switch {
		case dates()[token] != "" || word != "may" && word != "march" && dates()[word] != "":
			value := dates()[token]
			if value == "" {
				value = dates()[word]
			}
			out = append(out, figure{value, "date"})
		case duals[token] != "":
			out = append(out, figure{"2", duals[token]})
		case isNumeral(token):
			out = append(out, figure{plainNumber(token), unitOf(tokens, i)})
		case numberWords()[word] != "":
			if unit := unitOf(tokens, i); unit != "" {
				out = append(out, figure{numberWords()[word], unit})
			}
		}
	}
	return out
}

// single is one of a unit of time, said without the number. "₹100 a day" is none: there it means each.
var single = regexp.MustCompile(`(?i)\b(?:within|in|after|for|than) an? (minute|hour|day|week|month|year)\b`)

// singlesOf lists the figures that a passage gives without a number, where other languages, and careful writers, put one: "within a day", एक दिन के अंदर. They bear a claim
// and contradict none.
func singlesOf(text string) []figure {
	var out []figure
	for _, m := range single.FindAllStringSubmatch(text, -1) {
		out = append(out, figure{"1", strings.ToLower(m[1])})
	}
	return out
}

// spaced parts a text into words, numbers and the marks that belong to numbers, with spaces between.
func spaced(text string) string {
	var b strings.Builder
	from := 0
	for _, m := range numeral.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(spacer.Replace(text[from:m[0]]))
		for _, group := range []int{1, 2, 3} {
			if m[2*group] >= 0 {
				b.WriteString(" " + text[m[2*group]:m[2*group+1]])
			}
		}
		b.WriteByte(' ')
		from = m[1]
	}
	b.WriteString(spacer.Replace(text[from:]))
	return b.String()
}

// spacer takes away what may stick to a word.
var spacer = strings.NewReplacer(",", " ", ".", " ", ";", " ", ":", " ", "!", " ", "?", " ", "(", " ", ")", " ", "।", " ", "،", " ", "؛", " ", "؟", " ", "–", " - ", "—", " ", "-", " - ", "*", " ", "|", " ", "\"", " ", "“", " ", "”", " ", "/", " ")

func isNumeral(token string) bool { return token != "" && unicode.IsDigit([]rune(token)[0]) }

// rangeWords stand between the two numbers of a range, which share the unit behind the second.
var rangeWords = map[string]bool{"to": true, "-": true, "and": true, "or": true, "से": true, "या": true, "और": true, "إلى": true, "أو": true, "و": true}

// unitOf finds what the number at i counts: the currency before it, or a unit within the two words behind it, beyond the second number of a range.
func unitOf(tokens []string, i int) string {
	if i > 0 && strings.Contains("₹$€£", tokens[i-1]) {
		return tokens[i-1]
	}
	if i > 0 {
		if before := strings.ToLower(tokens[i-1]); before == "rs" || before == "inr" || before == "रु" {
			return "₹"
		}
	}
	rest := tokens[i+1:]
	if len(rest) > 1 && rangeWords[strings.ToLower(rest[0])] && (isNumeral(rest[1]) || numberWords()[strings.ToLower(rest[1])] != "") {
		rest = rest[2:]
	}
	for _, token := range rest[:min(2, len(rest))] {
		if strings.Contains("%٪", token) {
			return "%"
		}
		if unit := units()[strings.ToLower(token)]; unit != "" {
			return unit
		}
		if isNumeral(token) || strings.Contains("₹$€£", token) {
			break
		}
	}
	return ""
}

// plainNumber writes a number one way: ASCII digits, no separators of thousands, no zeros behind the point.
func plainNumber(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			b.WriteByte('0' + digitOf(r))
		case r == '.' || r == '٫':
			b.WriteByte('.')
		case r == ':':
			b.WriteByte(':')
		}
	}
	out := b.String()
	if strings.Count(out, ".") == 1 && !strings.Contains(out, ":") {
		out = strings.TrimRight(strings.TrimRight(out, "0"), ".")
	}
	return out
}

// digitOf is a digit's value. The ten digits of a script stand side by side, from its zero on.
func digitOf(r rune) byte {
	if r < 0x80 {
		return byte(r - '0')
	}
	n := byte(0)
	for n < 9 && unicode.IsDigit(r-1) {
		r, n = r-1, n+1
	}
	return n
}
