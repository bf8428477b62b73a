package e5

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// Where Baton does something else than the engine of the recordings, on purpose; see the package documentation.
func TestTokensDifferOnPurpose(t *testing.T) {
	t.Parallel()
	v := model(t, portable()).vocabulary
	spell := func(text string) []string {
		var tok tokenizer
		return v.spell(tok.run(v, "query: ", text))
	}
	same := []struct{ what, one, other string }{
		{"composed letters", "cafe\u0301 A\u030a", "café Å"},
		{"composed across widths", "ｶﾞｷﾞ", "ガギ"},
		{"reordered marks", "q\u0307\u0323", "q\u0323\u0307"},
		{"spaces at the end", "refund  \n", "refund"},
		{"invalid bytes are spaces", "re\xfffund", "re fund"},
	}
	for _, c := range same {
		if diff := cmp.Diff(spell(c.other), spell(c.one)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
	if diff := cmp.Diff([]string{"▁que", "ry", ":"}, spell("")); diff != "" {
		t.Errorf("nothing (-want +got):\n%s", diff)
	}
	if got := strings.Join(spell("<s>"), ""); got != "▁query:▁<s>" || len(spell("<s>")) < 5 {
		t.Errorf("the name of a special piece is %q", spell("<s>"))
	}
}

func TestLongTextsAreCut(t *testing.T) {
	t.Parallel()
	v := model(t, portable()).vocabulary
	var tok tokenizer
	for _, text := range []string{strings.Repeat("tablet ", 20_000), strings.Repeat("टैबलेट ", 20_000), strings.Repeat("한", 100_000), strings.Repeat("\U0001f9ff", 100_000)} {
		got := tok.run(v, "passage: ", text)
		if len(got) != MaxTokens || got[0] != int32(v.pieces+beginOffset) || got[MaxTokens-1] != int32(v.pieces+endOffset) {
			t.Errorf("%.20q…: %d tokens", text, len(got))
		}
		// What is read of a longer text must not depend on how much longer it is.
		first := append([]int32(nil), got...)
		if diff := cmp.Diff(first, tok.run(v, "passage: ", text+text)); diff != "" {
			t.Errorf("%.20q… twice as long (-want +got):\n%s", text, diff)
		}
		if chars := utf8.RuneCount(tok.normal); chars > maxChars {
			t.Errorf("%.20q…: %d characters were looked at", text, chars)
		}
	}
}

func TestNoPieceIsLongerThanSixteenCharacters(t *testing.T) {
	t.Parallel()
	v := model(t, portable()).vocabulary
	for i := range v.pieces {
		text := v.text[u32(v.ends, 4*i):u32(v.ends, 4*i+4)]
		if utf8.RuneCount(text) > longestPiece {
			t.Errorf("%q", text)
		}
	}
}

func FuzzTokenize(f *testing.F) {
	v := model(f, portable()).vocabulary
	for _, text := range []string{"", "refund", "क़ीमत ₹500", "ab\xff\xc3(", "a\u0301\u0323", "～ﬁ ｶﾞ", "👨\u200d👩\u200d👧", "\u2581\x00\u200b", "\xe2\x96"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var tok tokenizer
		tokens := tok.run(v, "query: ", text)
		if n := len(tokens); n < 2 || n > MaxTokens || tokens[0] != int32(v.pieces+beginOffset) || tokens[n-1] != int32(v.pieces+endOffset) {
			t.Fatalf("%q: %v", text, tokens)
		}
		if !utf8.Valid(tok.normal) {
			t.Fatalf("%q became %q", text, tok.normal)
		}
		size := 0
		for _, token := range tokens[1 : len(tokens)-1] {
			switch {
			case token < 0 || int(token) >= v.pieces+specials:
				t.Fatalf("%q: token %d", text, token)
			case int(token) < v.pieces:
				size += int(u32(v.ends, int(4*token+4)) - u32(v.ends, int(4*token)))
			default:
				size += utf8.UTFMax // an unknown character
			}
		}
		if len(tokens) < MaxTokens && size < len(tok.normal) {
			t.Fatalf("%q: %d bytes of %d", text, size, len(tok.normal))
		}
	})
}
