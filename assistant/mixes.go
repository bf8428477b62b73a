package assistant

import (
	"math"
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// mixes reports whether a claim gives a figure of the passage to something else there: "standard delivery costs ₹149", where that is the price of express
// delivery. Each part of the claim with a figure must fit the part of the passage with that figure at least as well as any that has another figure of its kind.
func (b *bearing) mixes(g *grounds, c claim, window []borne) bool {
	for _, part := range finer.Split(c.text, -1) {
		figures := figuresOf(part)
		if len(figures) == 0 {
			continue
		}
		words := wordSet(part)
		if len(words) == 0 {
			words = c.words
		}
		for _, f := range figures {
			if f.unit != "date" && b.misplaced(g, f, figures, words) || !b.faces(part, f) {
				return true
			}
		}
	}
	return len(window) > 1 && b.strangers(c, window)
}

// faces reports whether some sentence with the figure does not say the opposite of what the claim says beside it: "open on Sunday" is no reading of "closed on Sunday".
func (b *bearing) faces(part string, f figure) bool {
	if hasFigure(b.figures, f) {
		return true
	}
	for _, s := range b.sentences {
		if hasFigure(s.figures, f) && !opposed(part, s.text) {
			return true
		}
	}
	return false
}

// misplaced reports whether the words beside a figure fit another figure of the passage better. also are the figures that stand with it, such as the other end of a range.
func (b *bearing) misplaced(g *grounds, f figure, also []figure, words map[string]bool) bool {
	here, elsewhere := math.Inf(-1), math.Inf(-1)
	for _, s := range b.sentences {
		for _, part := range finer.Split(s.text, -1) {
			figures := figuresOf(part)
			fit := 0.0
			for w := range wordSet(part) {
				if words[w] {
					fit += g.weight[w]
				}
			}
			switch {
			case hasFigure(figures, f):
				here = max(here, fit)
			case hasRival(figures, f, also):
				elsewhere = max(elsewhere, fit)
			}
		}
	}
	// The same words in front of both tell nothing, so only a better fit counts.
	return !math.IsInf(here, -1) && elsewhere > here+1e-9
}

func hasRival(list []figure, f figure, also []figure) bool {
	for _, o := range list {
		if f.rivals(o) && f.unit != "" && !hasFigure(also, o) {
			return true
		}
	}
	return false
}

// strangers reports whether a claim takes its name from one sentence and its figure from another that speaks of other names.
func (b *bearing) strangers(c claim, window []borne) bool {
	for _, f := range c.figures {
		for _, s := range window {
			if !hasFigure(s.figures, f) {
				continue
			}
			theirs := namesOf(s.text, nil)
			for _, n := range c.names {
				if len(theirs) > 0 && !containsFold(s.text, n) && !containsFold(b.passage.Title, n) && !containsFold(strings.Join(b.passage.Heading, " "), n) && !sharesName(theirs, c.names) {
					return true
				}
			}
		}
	}
	return false
}

func sharesName(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

func containsFold(text, lower string) bool {
	return strings.Contains(strings.ToLower(text), lower)
}

// named reports whether a name stands in the passage, its title or its headings. "India" is borne by "Indian", and the other way round.
func (b *bearing) named(name string) bool {
	for part := range strings.FieldsSeq(bareWords(name)) {
		if b.all[part] || isNumeral(part) {
			continue
		}
		found := false
		for w := range b.all {
			if len(part) >= 4 && len(w) >= 4 && (strings.HasPrefix(w, part) || strings.HasPrefix(part, w)) && max(len(w), len(part))-min(len(w), len(part)) <= 3 {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// bareWords leaves letters, marks and digits, with spaces between.
func bareWords(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
			return r
		}
		return ' '
	}, text)
}

// address finds what a reader could follow or write to: addresses of pages with or without a scheme, and of e-mail.
var address = regexp.MustCompile(`(?i)\b(?:[a-z][a-z0-9+.-]*://|www\.|mailto:|tel:|javascript:|data:)[^\s<>()\[\]"'` + "`" + `]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|in|co|example|test|info|biz|xyz|dev|app|shop|site|online|ru|cn|evil)\b(?:/[^\s<>()\[\]"']*)?`)

// target is where a link or an image of Markdown leads, also in its reference form.
var target = regexp.MustCompile(`\]\(\s*<?([^)\s>]*)|^\s*\[[^\]]+\]:\s*(\S+)`)

// pictured is markup for which an answer has no use: an image, a link by reference, HTML. Whatever stands in it, a sentence with it is not shown.
var pictured = regexp.MustCompile(`!\[|\]\s?\[|</?[a-zA-Z!]`)

func linksOf(text string) []string {
	out := address.FindAllString(text, -1)
	for _, m := range target.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}

// links reports whether an address stands in the passage and does not lead away from the site of the page: a document that others wrote may name any site, and
// an address can carry away what was said. An e-mail address is only words.
func (b *bearing) links(link string) bool {
	link = strings.TrimRight(link, ".,;:!?*_")
	if !strings.Contains(b.text, link) && link != b.passage.URL {
		return false
	}
	if strings.Contains(link, "@") && !strings.Contains(link, "/") {
		return true
	}
	to, err := url.Parse(link)
	if err != nil || to.Scheme != "" && to.Scheme != "http" && to.Scheme != "https" {
		return false
	}
	own, err := url.Parse(b.passage.URL)
	return to.Scheme == "" && to.Host == "" && !strings.HasPrefix(strings.ToLower(link), "www.") || err == nil && own.Host != "" && own.Host == to.Host
}
