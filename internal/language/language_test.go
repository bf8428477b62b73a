package language_test

import (
	"testing"

	"github.com/baton-chat/baton/internal/language"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Wie kann ich meine Bestellung zurückgeben?": "de",
		"Konto löschen":                                   "de",
		"¿Cómo puedo devolver mi pedido?":                 "es",
		"Comment puis-je retourner ma commande ?":         "fr",
		"Quanto costa la spedizione?":                     "it",
		"Quantos dias tenho para devolver um produto":     "pt",
		"Hoe lang heb ik om een artikel terug te sturen?": "nl",
		"Siparişimi nasıl iptal edebilirim?":              "tr",
		"Apakah saya bisa mengambil pesanan di toko?":     "id",
		"mera order kab milega bhai":                      "hi-Latn",
		"मेरा ऑर्डर कब आएगा?":                             "hi",
		"माझी ऑर्डर कधी येईल?":                            "mr",
		"كم يستغرق التوصيل؟":                              "ar",
		"میں اپنا آرڈر کیسے منسوخ کروں؟":                  "ur",
		"என் ஆர்டரை எப்படி ரத்து செய்வது?":                "ta",
		"ডেলিভারি চার্জ কত?":                              "bn",
		"నా ఆర్డర్\u200cను ఎలా రద్దు చేయాలి?":             "te",
		"હું મારો ઓર્ડર કેવી રીતે રદ કરી શકું?":           "gu",
		"ಬೆಂಗಳೂರಿಗೆ ಡೆಲಿವರಿಗೆ ಎಷ್ಟು ದಿನ ಬೇಕು?":            "kn",
		"Сколько стоит доставка?":                         "ru",
		"注文をキャンセルしたい":                                     "ja",
		"How do I return my order?":                       "en",
		"Do you ship to Goa?":                             "en",
		"die cast models in the shop":                     "en",
		"me too, no?":                                     "en",
		"Is EMI available":                                "en",
		"time in Tokyo":                                   "en",
		"Talk to agent":                                   "en",
		"Tab 11 price":                                    "en",
		"TE-48213":                                        "en",
		"":                                                "en",
	} {
		if got, _ := language.Of(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// What shows no language is called English, and not surely.
func TestOfIsSure(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"": false, "₹500": false, "TE-48213": false, "Tab 11": false, "Where is my order?": true, "Wo ist meine Bestellung?": true, "नमस्ते": true,
	} {
		if _, sure := language.Of(text); sure != want {
			t.Errorf("%q: sure %v", text, sure)
		}
	}
}

func TestDiffer(t *testing.T) {
	t.Parallel()
	const page = "You can return an item for any reason within 10 days of delivery."
	for text, want := range map[string]bool{
		"Wie lange habe ich Zeit, etwas zurückzugeben?": true, "kitne din mein wapas kar sakte hain": true, "कितने दिन में वापस कर सकते हैं?": true,
		"How long can I return it?": false, "Tab 11": false, "GSTIN": false,
	} {
		if got := language.Differ(text, page); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
