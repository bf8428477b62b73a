package assistant

import (
	"slices"

	"github.com/baton-chat/baton/knowledge"
)

const (
	// opening is what the beginning of a page is worth, in shares of the question, where the page's title says what is asked. Tenths, as in usualTaste.
	opening = 0.6
	// titledFrom is the least share of the question's focus that the title must bear for that.
	titledFrom = 0.8
	// lastOpening is the position of the last passage that counts as the beginning: what stands before the first heading, and the section under it.
	lastOpening = 1
)

// favourOpenings favours the beginning of a page whose title says what is asked, where steps are asked for: "how do I set up my tablet" is answered by the first
// steps of "Set up your tablet", not by its section for when it freezes, although that has the question's words too.
func (c *chooser) favourOpenings(q Question) {
	if !c.asked.kind.steps {
		return
	}
	f := q.focus()
	for i, s := range c.sentences {
		p := c.passages[s.passage]
		if p.Position <= lastOpening && f.titled(p.Title) && c.goesOn(p) {
			c.prior[i] += opening
		}
	}
}

// titled reports whether a title bears nearly all of what a question is about.
func (f focus) titled(title string) bool {
	words := termSet(title)
	have, all := 0.0, 0.0
	for _, w := range f {
		if asides()[w.Term] {
			continue
		}
		all += w.Weight
		if bears(words, w) {
			have += w.Weight
		}
	}
	return all > 0 && have >= titledFrom*all
}

// goesOn reports whether later sections of a passage's page were found too, so that there is a choice to make.
func (c *chooser) goesOn(p knowledge.Passage) bool {
	return slices.ContainsFunc(c.passages, func(o knowledge.Passage) bool { return o.DocumentID == p.DocumentID && o.Position > lastOpening })
}
