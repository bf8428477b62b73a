package escalation

import (
	"unicode"
	"unicode/utf8"
)

// wordRune reports whether a rune belongs to a word. Marks do: without them every Hindi word falls apart at its vowels.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == '\u200d' || r == '\u200c')
}

// foldRune appends what is left of a rune when spelling habits are taken away: case, accents on Latin letters, the
// dots that Hindi writers leave out, the vowel signs and letter variants that Arabic writers mix.
func foldRune(b []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(b, byte(r))
	}
	switch {
	case r >= 0x0300 && r <= 0x036f: // combining accents
		return b
	case r <= 0x017f:
		return foldLatin(b, unicode.ToLower(r))
	case r >= 0x0600 && r <= 0x06ff:
		return foldArabic(b, r)
	case r >= 0x0900 && r <= 0x097f:
		return foldDevanagari(b, r)
	case r == '\u200c' || r == '\u200d': // joiners only shape the letters
		return b
	}
	return utf8.AppendRune(b, unicode.ToLower(r))
}

func foldLatin(b []byte, r rune) []byte {
	switch r {
	case 'à', 'á', 'â', 'ã', 'ä', 'å', 'ā':
		return append(b, 'a')
	case 'è', 'é', 'ê', 'ë', 'ē':
		return append(b, 'e')
	case 'ì', 'í', 'î', 'ï', 'ī':
		return append(b, 'i')
	case 'ò', 'ó', 'ô', 'õ', 'ö', 'ø', 'ō':
		return append(b, 'o')
	case 'ù', 'ú', 'û', 'ü', 'ū':
		return append(b, 'u')
	case 'ç':
		return append(b, 'c')
	case 'ñ':
		return append(b, 'n')
	case 'ß':
		return append(b, 's', 's')
	case 'œ':
		return append(b, 'o', 'e')
	case 'æ':
		return append(b, 'a', 'e')
	}
	return utf8.AppendRune(b, r)
}

func foldArabic(b []byte, r rune) []byte {
	switch {
	case r >= 0x064b && r <= 0x0652, r == 0x0640, r == 0x0670: // vowel signs, the stretching bar
		return b
	case r == 'أ', r == 'إ', r == 'آ', r == 'ٱ':
		r = 'ا'
	case r == 'ى':
		r = 'ي'
	case r == 'ة':
		r = 'ه'
	}
	return utf8.AppendRune(b, r)
}

func foldDevanagari(b []byte, r rune) []byte {
	switch {
	case r == 0x093c: // nukta
		return b
	case r == 0x0901: // candrabindu is written as anusvara as often as not
		r = 0x0902
	case r >= 0x0958 && r <= 0x095f: // composed letters with nukta
		r = [8]rune{'क', 'ख', 'ग', 'ज', 'ड', 'ढ', 'फ', 'य'}[r-0x0958]
	}
	return utf8.AppendRune(b, r)
}
