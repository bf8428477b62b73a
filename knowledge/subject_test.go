package knowledge

import (
	"testing"

	"github.com/google/uuid"
)

// Of two hotels' equal passages the one that was spoken of comes first, and only for a follow-up.
func TestFavourSubject(t *testing.T) {
	t.Parallel()
	stats := statistics{passages: 100, terms: 1000, df: map[string]int32{"hotel": 50, "sunris": 2, "yale": 2}}
	talk := []Turn{{Role: "visitor", Text: "is there a cheap hotel downtown"}, {Role: "assistant", Text: "The Hotel Sunrise is one."}}
	for _, c := range []struct {
		name, question string
		history        []Turn
		want           string
	}{
		{"a follow-up goes to what was named", "do they have parking", talk, "Hotel Sunrise"},
		{"without a talk nothing was named", "do they have parking", nil, "Yale Hotel"},
		{"a message that stands alone stays as it is", "which hotels have parking downtown", talk, "Yale Hotel"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list := []*candidate{
				{passage: Passage{ChunkID: uuid.New(), Title: "Yale Hotel"}, score: 5},
				{passage: Passage{ChunkID: uuid.New(), Title: "Hotel Sunrise"}, score: 4.5},
				{passage: Passage{ChunkID: uuid.New(), Title: "Museum"}, score: 1},
			}
			favourSubject(list, Query{Text: c.question, History: c.history}, stats)
			if got := list[0].passage.Title; got != c.want {
				t.Errorf("%q is first, want %q", got, c.want)
			}
		})
	}
}
