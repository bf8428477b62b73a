package assistant

import (
	"strings"
	"sync"
	"unicode"
)

// Shops in India are asked in Hindi, and in Hindi written with Latin letters, about pages that are English. Half the words of such a question are English already
// ("शिपिंग चार्ज", "delivery charge"), and the rest come from a few hundred. Where enough of a question's words are known, it is read word by word in English besides;
// the surer of both readings counts. This is no translation: it only gives the search and the choice of sentences the words that the pages have.

const (
	// glossedFrom is the least share of a question's telling words that must be known.
	glossedFrom = 0.6
	// hindiMarks is how many words of Hindi grammar make a message in Latin letters a Hindi one.
	hindiMarks = 2
)

// glossary maps words of Hindi in both scripts to English; "" where they are grammar. A line is English = words.
var glossary = sync.OnceValue(func() map[string]string {
	table := map[string]string{}
	for line := range strings.Lines(glosses) {
		english, words, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		for w := range strings.FieldsSeq(words) {
			table[w] = strings.TrimSpace(english)
		}
	}
	return table
})

// grammarLatin are words of Hindi grammar in Latin letters that are not English words: two of them make a message Hindi.
var grammarLatin = sync.OnceValue(func() map[string]bool {
	return set(`kya hai hain h hota hoti hote kitna kitne kitni kab kaise kaisay kahan kaha kyun kyu kyon ka ki ke ko se mein mai mujhe mujhko mera meri mere aap aapka apka hum hamara karna karne karu karun
		karo kare karein karta karte karti sakta sakte sakti raha rahi rahe gaya gayi gaye hua hui chahiye hoon hun milega milegi milta milte milti aayega ayega aaega aayegi hoga hogi liye nahi nahin nhi wala wali
		bechte bechti kya bhi agar toh aur`)
})

// glossed is a Hindi question word by word in English, and whether enough of it is known.
func glossed(text string) (string, bool) {
	words := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) && !strings.ContainsRune("₹-'’,.", r)
	})
	hindi := Language(text) == Hindi
	marks, known, all := 0, 0, 0
	var out []string
	for _, w := range words {
		w = strings.Trim(w, "-'’,.")
		lower := strings.ToLower(w)
		if grammarLatin()[lower] {
			marks++
		}
		english, ok := glossary()[lower]
		devanagari := strings.ContainsFunc(w, func(r rune) bool { return unicode.Is(unicode.Devanagari, r) })
		switch {
		case ok && english == "":
			continue
		case ok && english == "does" && len(out) > 0:
			english = "what" // "… kya hai" asks for a thing, "kya …" for yes or no.
			out = append(out, english)
		case ok:
			out = append(out, english)
		case devanagari:
			out, all = append(out, latin(w)), all+1
			continue
		case w == "":
			continue
		default:
			out = append(out, w)
		}
		known, all = known+1, all+1
	}
	if !hindi && marks < hindiMarks || len(out) < 2 || float64(known) < glossedFrom*float64(all) {
		return "", false
	}
	return asked1st(out), true
}

// asked1st puts what asks in front, where English has it.
func asked1st(words []string) string {
	for i, w := range words {
		if asking[w] {
			rest := append(append([]string{}, words[:i]...), words[i+1:]...)
			return w + " " + strings.Join(rest, " ") + "?"
		}
	}
	return strings.Join(words, " ")
}

// asking are the English readings of the words that ask.
var asking = map[string]bool{"how much": true, "how many": true, "when": true, "where": true, "how do I": true, "why": true, "who": true, "which": true, "what": true}

// latin writes a Devanagari word in Latin letters, as names are: the vowel that every consonant carries is left out at the end and between a vowel and another one.
func latin(word string) string {
	type unit struct {
		text  string
		cons  bool
		vowel bool // the consonant has its own vowel sign, or none is spoken
	}
	var units []unit
	for _, r := range word {
		switch {
		case consonants[r] != "":
			units = append(units, unit{text: consonants[r], cons: true})
		case vowelSigns[r] != "" && len(units) > 0:
			units[len(units)-1].text += vowelSigns[r]
			units[len(units)-1].vowel = true
		case r == '्' && len(units) > 0:
			units[len(units)-1].vowel = true
		case r == 'ं' || r == 'ँ':
			units = append(units, unit{text: "n", cons: true, vowel: true})
		case vowels[r] != "":
			units = append(units, unit{text: vowels[r]})
		}
	}
	var b strings.Builder
	for i, u := range units {
		b.WriteString(u.text)
		if u.cons && !u.vowel && i+1 < len(units) {
			b.WriteString("a")
		}
	}
	return b.String()
}

var (
	consonants = map[rune]string{
		'क': "k", 'ख': "kh", 'ग': "g", 'घ': "gh", 'च': "ch", 'छ': "chh", 'ज': "j", 'झ': "jh", 'ट': "t", 'ठ': "th", 'ड': "d", 'ढ': "dh", 'ण': "n", 'त': "t", 'थ': "th", 'द': "d", 'ध': "dh",
		'न': "n", 'प': "p", 'फ': "ph", 'ब': "b", 'भ': "bh", 'म': "m", 'य': "y", 'र': "r", 'ल': "l", 'व': "v", 'श': "sh", 'ष': "sh", 'स': "s", 'ह': "h", 'ङ': "n", 'ञ': "n", 'ळ': "l",
	}
	vowels     = map[rune]string{'अ': "a", 'आ': "a", 'इ': "i", 'ई': "i", 'उ': "u", 'ऊ': "u", 'ए': "e", 'ऐ': "ai", 'ओ': "o", 'औ': "au", 'ऑ': "o"}
	vowelSigns = map[rune]string{'ा': "a", 'ि': "i", 'ी': "i", 'ु': "u", 'ू': "u", 'े': "e", 'ै': "ai", 'ो': "o", 'ौ': "au", 'ॉ': "o", 'ॅ': "e"}
)
