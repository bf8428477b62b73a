package assistant

import "unicode"

// Languages of the fixed phrases.
const (
	English = "en"
	Hindi   = "hi"
	Arabic  = "ar"
)

// Language tells in which of the three languages a message is answered. It goes by script: Hindi written in Latin letters is
// answered in English, which who writes so reads too.
func Language(text string) string {
	var latin, devanagari, arabic int
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Devanagari, r):
			devanagari++
		case unicode.Is(unicode.Arabic, r):
			arabic++
		case unicode.IsLetter(r):
			latin++
		}
	}
	switch {
	case devanagari > latin && devanagari >= arabic:
		return Hindi
	case arabic > latin:
		return Arabic
	}
	return English
}
