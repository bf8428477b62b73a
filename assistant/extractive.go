package assistant

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/baton-chat/baton/knowledge"
)

// ConfidentFrom is the least confidence of a search that the extractive model acts on. Below, a quote is more likely beside the point than not, and saying so
// helps the visitor more. Set on the questions in testdata/shop.jsonl that are not held out. What is quoted is looked at besides: see focus.go.
const ConfidentFrom = 0.4

// PossibleFrom is the least confidence of a search at which a page is quoted that bears all that is asked about: surelyBorn in focus.go.
const PossibleFrom = 0.2

// holds reports whether the passages are trusted to hold the answer.
func (q Question) holds() bool { return len(q.Passages) > 0 && q.Confidence >= ConfidentFrom }

// mayHold reports whether it is worth looking: below, what bears all the words of a question does so by chance.
func (q Question) mayHold() bool { return len(q.Passages) > 0 && q.Confidence >= PossibleFrom }

// Extractive answers without any model: with sentences that stand verbatim in the passages. It is at once complete, cannot invent, and needs no key.
type Extractive struct{}

// Stream emits the chosen sentences one by one, each run of neighbours followed by its passage.
func (e Extractive) Stream(ctx context.Context, q Question, emit func(Piece)) error {
	if len(q.Parts) > 0 {
		return e.streamParts(ctx, q, emit)
	}
	if !q.mayHold() {
		return ErrNoAnswer
	}
	chosen := q.read().chosen(ctx)
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if len(chosen) == 0 {
		return ErrNoAnswer
	}
	if lead := q.lead(chosen); lead != "" {
		emit(Piece{Text: lead})
	}
	run := 0
	for i, s := range chosen {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		emit(Piece{Text: glue(chosen, i) + shown(s)})
		if i+1 == len(chosen) || chosen[i+1].passage != s.passage {
			emit(Piece{Passage: s.passage + 1, Quote: quoteOf(q.Passages[s.passage].Text, chosen[run:i+1])})
			run = i + 1
		}
	}
	return nil
}

// read is the question as its sentences are chosen: in the pages' language where it could be read in that.
func (q Question) read() Question {
	if q.Gloss != "" {
		q.Text = q.Gloss
	}
	return q
}

// chosen are the sentences of the answer: by what they mean where question and pages are in different languages, by their words elsewhere.
func (q Question) chosen(ctx context.Context) []sentence {
	if q.foreign() {
		if !q.holds() {
			return nil
		}
		if across := chooseAcross(ctx, q); len(across) > 0 {
			return across
		}
		q.Embed = nil // It did not answer just now.
	}
	words, order := q.byWords()
	chosen := words.focused(choose(ctx, words, usualTaste))
	for i := range chosen {
		chosen[i].passage = order[chosen[i].passage]
	}
	return chosen
}

// byWords returns the question with its passages in an order in which words count for more than in the search, and where each stood before. In one language the sentence to
// quote shares the question's words more surely than its sense: by meaning the refund page stood before the one on damaged items for a question about damaged items.
func (q Question) byWords() (Question, []int) {
	order := make([]int, len(q.Passages))
	for i := range order {
		order[i] = i
	}
	if !slices.ContainsFunc(q.Passages, func(p knowledge.Passage) bool { return p.WordScore > 0 }) {
		return q, order
	}
	score, most, first := make([]float64, len(order)), 0.0, q.Passages[0].Score
	for _, p := range q.Passages {
		most = max(most, p.WordScore)
	}
	for i, p := range q.Passages {
		score[i] = wordShare * p.WordScore / most
		if first > 0 {
			score[i] += (1 - wordShare) * p.Score / first
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	passages := make([]knowledge.Passage, len(order))
	for i, at := range order {
		passages[i] = q.Passages[at]
		passages[i].Score = score[at]
	}
	q.Passages = passages
	return q, order
}

// wordShare is how much of a passage's place is that of its words alone.
const wordShare = 0.5

// quoteOf is the stretch of a passage from the first to the last of the sentences that were taken from it, or the first alone where that would be too long to read.
func quoteOf(passage string, run []sentence) string {
	first, last := run[0].text, run[len(run)-1].text
	start := strings.Index(passage, first)
	if start < 0 {
		return first
	}
	if at := strings.Index(passage[start:], last); at >= 0 && at+len(last) <= maxQuote {
		return passage[start : start+at+len(last)]
	}
	return first
}

// glue is what stands between a sentence and the one before it: list items keep their lines.
func glue(chosen []sentence, i int) string {
	s := chosen[i]
	switch {
	case i == 0 && s.bullet == "":
		return ""
	case i == 0:
		return s.bullet
	case s.bullet != "":
		return "\n" + s.bullet
	case chosen[i-1].bullet != "" && (chosen[i-1].passage != s.passage || chosen[i-1].order+1 != s.order):
		return "\n\n"
	}
	return " "
}

// shown is a sentence as it stands in the answer: what would look like a citation of ours is left out, since only ours may be tapped, and a row of a table
// reads as "UPI: 1 to 2 working days".
func shown(s sentence) string {
	if s.say != "" {
		s.text = s.say
	}
	if row := strings.Split(s.text, cell); len(row) > 1 {
		s.text = row[0] + ": " + strings.Join(row[1:], ", ")
	}
	return strings.Join(strings.Fields(markText.ReplaceAllString(s.text, "")), " ")
}
