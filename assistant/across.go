package assistant

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/baton-chat/baton/internal/language"
	"github.com/baton-chat/baton/knowledge"
)

// Where the question and the pages are in different languages, words cannot tell one sentence from another. There the best passages are read sentence by sentence, by
// vectors, which lie close for what means the same in any language. It costs an embedding a sentence, so it is done nowhere else.

const (
	// maxMeant is how many sentences are embedded for an answer: about 7 ms each on two cores, which a visitor who reads the dots does not notice. The best
	// passages come first.
	maxMeant = 30
	// meantFrom is how many passages they come from: with eight no more right pages come first than with five.
	meantFrom = 5
	// meantEnough is how far below the best sentence, in standard deviations, a further one may lie. A sentence right beside the best one in its passage may lie
	// meantBeside further: what is meant is often spread over two.
	meantEnough, meantBeside = 1.2, 0.8
	// meantWords is the least a sentence must hold to be weighed by itself: headings and single words lie close to everything.
	meantWords = 3
	// tellingWords is the least a sentence must hold to speak for its passage: one of three words under its title and headings is mostly those.
	tellingWords = 5
	// figureFavour is how much nearer a sentence with a figure counts where the question asks for one.
	figureFavour = 0.008
	// sameDocument is what another of the read passages of its document adds to the best one of them.
	sameDocument = 0.003
	// pastOpening is how much farther a section of a page may lie than the lines under its title, which only lead up to what the sections say, and be quoted instead.
	pastOpening = 0.03
)

// amounts are the words of other languages with which people ask how much, how many, how long and when.
var amounts = regexp.MustCompile(`(?i)wie ?(?:viel|lange|oft)|wann|kostet|preis|cu[aá]nt|cu[aá]ndo|precio|combien|quand|prix|quant[oiae]s?\b|prezzo|preço|hoeveel|hoe lang|wanneer|` +
	`kaç|ne kadar|ne zaman|berapa|kapan|harga|сколько|когда|كم |متى|ما مدة|سعر|ساعات|எத்தனை|எப்போது|எவ்வளவு|விலை|कितन|कब|क़ीमत|कीमत|किती|कधी|kitn|kab\b|কত|কখন|কবে|` +
	`ఎంత|ఎన్ని|ఎప్పుడు|કેટલ|ક્યારે|ಎಷ್ಟು|ಯಾವಾಗ|کتن`)

// figured finds what answers such a question.
var figured = regexp.MustCompile(`\d|\b(?:free|one|two|three|four|five)\b`)

// foreign reports whether a question and the best page are in different languages.
func (q Question) foreign() bool {
	return len(q.Passages) > 0 && language.Differ(q.Text, q.Passages[0].Text)
}

// A crossing is what was read of a question's passages by meaning.
type crossing struct {
	sentences []sentence
	near      []float64 // each one's cosine with the question; they were embedded under their title and headings, without which "It takes 5 days." says nothing
	nearest   float64   // how near the best passage lies by all its sentences: what the confidence was fitted on
	passages  []float64 // each passage's: the mean of its own cosine and its nearest sentence's. On kb_xquad_hi that puts the right page first in .83, its own in .77
}

// readAcross reads the passages by meaning, or returns nil where there is nothing that embeds.
func readAcross(ctx context.Context, q Question) *crossing {
	if q.Embed == nil {
		return nil
	}
	passages := q.Passages[:min(meantFrom, len(q.Passages))]
	all := withoutHeads(sentences(passages))
	all = slices.DeleteFunc(all, func(s sentence) bool { return s.words < meantWords })
	all = all[:min(maxMeant, len(all))]
	if len(all) == 0 {
		return nil
	}
	texts := make([]string, len(all))
	for i, s := range all {
		p := passages[s.passage]
		texts[i] = strings.Join(append([]string{p.Title}, p.Heading...), " › ") + "\n" + s.text
	}
	question, err := q.Embed(ctx, knowledge.EmbedQuery, []string{q.Text})
	if err != nil || len(question) != 1 {
		return nil
	}
	vectors, err := q.Embed(ctx, knowledge.EmbedPassage, texts)
	if err != nil || len(vectors) != len(texts) {
		return nil
	}
	near := cosines(question[0], vectors)
	if amounts.MatchString(q.Text) {
		for i, s := range all {
			if figured.MatchString(s.text) {
				near[i] += figureFavour
			}
		}
	}
	a := &crossing{sentences: all, near: near}
	a.weigh(passages, meantWords)
	a.nearest = a.passages[a.best()]
	a.weigh(passages, tellingWords)
	return a
}

// withoutHeads leaves out the first rows of tables, which name the columns and tell nothing.
func withoutHeads(all []sentence) []sentence {
	row := func(i int) bool { return i >= 0 && i < len(all) && strings.Contains(all[i].text, cell) }
	var out []sentence
	for i, s := range all {
		if !row(i) || row(i-1) && all[i-1].passage == s.passage || !row(i+1) {
			out = append(out, s)
		}
	}
	return out
}

// weigh gives the passages their weight by those of their sentences that hold at least so many words. One whose sentences were too many to be read gets what its own
// cosine says of those that were.
func (a *crossing) weigh(passages []knowledge.Passage, least int) {
	a.passages = make([]float64, len(passages))
	best := make([]float64, len(passages))
	for i, s := range a.sentences {
		if s.words >= least {
			best[s.passage] = max(best[s.passage], a.near[i])
		}
	}
	over, read := 0.0, 0.0
	for i, p := range passages {
		if best[i] > 0 && p.MeaningScore > 0 {
			over, read = over+best[i]-p.MeaningScore, read+1
		}
	}
	for i, p := range passages {
		switch {
		case p.MeaningScore == 0:
			a.passages[i] = best[i]
		case best[i] == 0:
			a.passages[i] = p.MeaningScore + over/max(1, read)/2
		default:
			a.passages[i] = (p.MeaningScore + best[i]) / 2
		}
	}
	a.favour(passages)
}

// favour settles what a passage's document says of it: pages of which several sections were found are likelier, and of these the lines under the title say least.
func (a *crossing) favour(passages []knowledge.Passage) {
	for i, p := range passages {
		if slices.ContainsFunc(passages, func(o knowledge.Passage) bool { return o.ChunkID != p.ChunkID && o.DocumentID == p.DocumentID }) {
			a.passages[i] += sameDocument
		}
	}
	best, section := a.best(), -1
	if len(passages[best].Heading) > 0 {
		return
	}
	for i, p := range passages {
		if p.DocumentID == passages[best].DocumentID && len(p.Heading) > 0 && a.passages[i] > a.passages[best]-pastOpening && (section < 0 || a.passages[i] > a.passages[section]) {
			section = i
		}
	}
	if section >= 0 {
		a.passages[section], a.passages[best] = a.passages[best], a.passages[section]
	}
}

// best is the place of the best passage.
func (a *crossing) best() int {
	best := 0
	for i, v := range a.passages {
		if v > a.passages[best] {
			best = i
		}
	}
	return best
}

// cross reads what a search found by meaning where it is in another language than the question, and puts the passages in the order of it.
func (d *deciding) cross(ctx context.Context) {
	q := d.question()
	if d.crossing = nil; d.found.Features.Near == 0 || !q.foreign() {
		return
	}
	q.Passages = withoutOrdersIn(q.Passages)
	a := readAcross(ctx, q)
	if a == nil {
		return
	}
	d.found.Confidence = d.found.Features.Across(a.nearest, d.found.Confidence)
	d.found.Passages = a.reorder(d.found.Passages)
	d.crossing = a
	d.lap("search")
}

// reorder puts the passages that were read in their order, the best first, and lets the sentences follow.
func (a *crossing) reorder(passages []knowledge.Passage) []knowledge.Passage {
	order := make([]int, len(a.passages))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int {
		switch {
		case a.passages[x] > a.passages[y]:
			return -1
		case a.passages[x] < a.passages[y]:
			return 1
		}
		return 0
	})
	out, values, at := slices.Clone(passages), make([]float64, len(order)), make([]int, len(order))
	for to, from := range order {
		out[to], values[to], at[from] = passages[from], a.passages[from], to
	}
	a.passages = values
	for i := range a.sentences {
		a.sentences[i].passage = at[a.sentences[i].passage]
	}
	return out
}

// chooseAcross picks sentences by what they mean. It returns none where there is nothing that embeds; then words have to do, and mostly find nothing.
func chooseAcross(ctx context.Context, q Question) []sentence {
	a := q.crossing
	if a == nil {
		if a = readAcross(ctx, q); a == nil {
			return nil
		}
	}
	return a.pick(q)
}

// pick takes the sentence of the best passage that lies closest, and others of it that lie nearly as close, as they stand.
func (a *crossing) pick(q Question) []sentence {
	from, near, best := a.best(), standard(a.near), -1
	for i, s := range a.sentences {
		if s.passage == from && (best < 0 || near[i] > near[best]) {
			best = i
		}
	}
	if best < 0 {
		return nil // It was too long to be read.
	}
	reach := func(i int) float64 {
		if abs(a.sentences[i].order-a.sentences[best].order) == 1 {
			return near[i] + meantBeside
		}
		return near[i]
	}
	var order []int
	for i, s := range a.sentences {
		if i != best && s.passage == from && reach(i) >= near[best]-meantEnough {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(x, y int) int {
		switch {
		case reach(x) > reach(y):
			return -1
		case reach(x) < reach(y):
			return 1
		}
		return 0
	})
	var chosen []sentence
	words := countWords(q.lead(a.sentences[best:best+1])) + 1 // they are read too, and so is the number of the source
	for _, i := range append([]int{best}, order...) {
		s, ok := clip(a.sentences[i], nil, maxWords-words)
		if len(chosen) == maxSentences || !ok || words+s.words > maxWords || repeats(s, chosen) {
			continue
		}
		chosen, words = append(chosen, s), words+s.words
	}
	slices.SortStableFunc(chosen, func(a, b sentence) int { return a.order - b.order })
	return chosen
}

func abs(n int) int { return max(n, -n) }

// cosines compares a vector with others. All have length 1.
func cosines(to []float32, vectors [][]float32) []float64 {
	out := make([]float64, len(vectors))
	for i, v := range vectors {
		for k := range min(len(v), len(to)) {
			out[i] += float64(v[k]) * float64(to[k])
		}
	}
	return out
}

// standard puts values on a scale of their own: 0 is their mean, 1 their standard deviation. Cosines of this kind of model crowd in a small part of their range.
func standard(values []float64) []float64 {
	mean, deviation := 0.0, 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean) / float64(len(values))
	}
	deviation = math.Sqrt(deviation)
	out := make([]float64, len(values))
	if deviation == 0 {
		return out
	}
	for i, v := range values {
		out[i] = (v - mean) / deviation
	}
	return out
}

// lead is what stands in front of a quote that is not in the visitor's language: that it is not, so that nobody wonders.
func (q Question) lead(chosen []sentence) string {
	if len(chosen) == 0 || !q.foreign() {
		return ""
	}
	p := sayQuoteOther
	switch page, _ := language.Of(q.Passages[chosen[0].passage].Text); page {
	case English:
		p = sayQuoteEnglish
	case Hindi:
		p = sayQuoteHindi
	case Arabic:
		p = sayQuoteArabic
	}
	return say(q.Language, p) + "\n\n"
}
