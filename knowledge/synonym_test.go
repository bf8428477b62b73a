package knowledge

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSynonyms(t *testing.T) {
	t.Parallel()
	if !slices.Contains(synonyms().same["stylus"], "pen") || !slices.Contains(synonyms().same["pen"], "stylus") {
		t.Errorf("stylus and pen: %v", synonyms().same["stylus"])
	}
	for text, want := range map[string][]string{
		"When will I get my money back?": {"refund"}, "I'd like to send it back": {"return"}, "back to the money": nil, "Call the order off": nil,
	} {
		var got []string
		for _, s := range synonyms().said(text) {
			got = append(got, s.means...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

// One slip of the finger is mended to a word that is there; another letter in its place makes another word, and is not.
func TestProbable(t *testing.T) {
	t.Parallel()
	df := map[string]int32{"account": 9, "password": 5, "gift": 3, "card": 4, "locked": 8}
	for word, want := range map[string][]string{
		"acount": {"account"}, "passwrod": {"password"}, "giftcard": {"gift", "card"}, "locker": nil, "toilet": nil, "cart": nil,
	} {
		if diff := cmp.Diff(want, probable(word, df)); diff != "" {
			t.Errorf("%s: %s", word, diff)
		}
	}
}

// A question is asked in the words that the knowledge base has.
func TestReading(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.ingest(t, f.workspace, Entry{ID: "pen", Title: "The pen", Content: []byte("The pen costs little.")}, Entry{ID: "refund", Title: "Refunds", Content: []byte("A refund takes two days.")})
	for text, want := range map[string]string{"stylus": "pen", "Can I have my money back?": "refund", "refnud": "refund"} {
		found, err := f.Search(t.Context(), Query{Workspace: f.workspace, Text: text})
		if err != nil || len(found.Passages) == 0 || found.Passages[0].ExternalID != want {
			t.Errorf("%s: %+v %v", text, found.Passages, err)
		}
	}
	found, err := f.Search(t.Context(), Query{Workspace: f.workspace, Text: "parking"})
	if err != nil || len(found.Asked) != 1 || found.Asked[0].Known {
		t.Errorf("a word that no page has: %+v %v", found.Asked, err)
	}
}
