package assistant

import (
	"regexp"
	"strings"

	"github.com/baton-chat/baton/knowledge"
)

// Lists and tables. A list in a sentence says of each of its items what they are together, "the Metro cities are Jaipur, …", so what a page says of the whole holds of each;
// and of a long one only what was asked for is shown. A table is shown as it is, or by the rows that were asked for.

// shortList is how many items a list has from which on it is cut to those asked for.
const shortList = 7

var (
	// listed is a sentence that lists the members of something.
	listed = regexp.MustCompile(`^(?:The )?(?:\d+ )?(\p{L}[^,:;]*?) (?:are|include)(?::| ) ?([^;:]+, [^;:]+)$`)
	// between items
	itemEnds = regexp.MustCompile(`, (?:and |or )?| and | or `)
	// anyDigit tells the rows of a table from its head.
	anyDigit = regexp.MustCompile(`\d`)
)

// class is a set of things by its name, with one that the question names.
type class struct {
	term  string   // of the question
	needs []string // words of the class's name
}

// classes are those in which the passages put what the question names.
func (q Question) classes() []class {
	asked := map[string]bool{}
	for _, w := range q.Asked {
		if w.Telling >= classTelling {
			asked[w.Term] = true
		}
	}
	var out []class
	if len(asked) == 0 {
		return nil
	}
	for _, list := range [][]knowledge.Passage{q.Passages, q.Further} {
		for _, s := range sentences(list) {
			m := listed.FindStringSubmatch(s.text)
			if m == nil {
				continue
			}
			for _, item := range itemEnds.Split(strings.TrimRight(m[2], ". "), -1) {
				if terms := knowledge.Terms(item); len(terms) == 1 && asked[terms[0]] {
					out = append(out, class{terms[0], knowledge.Terms(m[1])})
				}
			}
		}
	}
	return out
}

// classTelling is how telling a word must be to be looked for in lists: names are.
const classTelling = 0.9

// widen adds to a text's words those of the question whose class the text speaks of.
func widen(classes []class, terms map[string]bool) {
	for _, c := range classes {
		all := len(c.needs) > 0
		for _, n := range c.needs {
			all = all && terms[n]
		}
		if all {
			terms[c.term] = true
		}
	}
}

// shortened is a long list of a sentence cut to what the question names, or "".
func shortened(text string, asked map[string]float64) string {
	m := listed.FindStringSubmatchIndex(text)
	if m == nil {
		return ""
	}
	items := itemEnds.Split(strings.TrimRight(text[m[4]:m[5]], ". "), -1)
	if len(items) < shortList {
		return ""
	}
	var named []string
	for _, item := range items {
		for _, t := range knowledge.Terms(item) {
			if asked[t] > 0 {
				named = append(named, item)
				break
			}
		}
	}
	if len(named) == 0 || len(named) == len(items) {
		return ""
	}
	return text[:m[4]] + "… " + strings.Join(named, ", ") + " …"
}

// isRow reports whether a sentence is the row of a table.
func (s sentence) isRow() bool { return strings.Contains(s.text, cell) }

// heads finds the first rows of tables, gives their words to the rows below, and how those read: "1 more year: Tablets ₹1,499, Audio ₹499".
func (c *chooser) heads() {
	c.head = map[int]bool{}
	for i := 0; i < len(c.sentences); i++ {
		if !c.sentences[i].isRow() {
			continue
		}
		end := i
		for end < len(c.sentences) && c.sentences[end].isRow() && c.sentences[end].passage == c.sentences[i].passage {
			end++
		}
		if end-i > 1 && !anyDigit.MatchString(c.sentences[i].text) {
			c.head[i] = true
			c.under(i, end)
		}
		i = end
	}
}

// under gives the head of a table to its rows.
func (c *chooser) under(head, end int) {
	names := strings.Split(c.sentences[head].text, cell)
	for i := head + 1; i < end; i++ {
		row := &c.sentences[i]
		for t := range c.sentences[head].terms {
			row.terms[t] = true
		}
		cells := strings.Split(row.text, cell)
		if len(cells) < 3 || len(cells) > len(names) {
			continue
		}
		for k := 1; k < len(cells); k++ {
			cells[k] = names[k] + " " + cells[k]
		}
		row.say = cells[0] + ": " + strings.Join(cells[1:], ", ")
	}
}

// table is the rows that answer where the best sentence is one of a table or says again what one says: those that the question names, or all of them.
func (c *chooser) table(at int) []sentence {
	from, end := c.rowsAround(at)
	if end-from < 2 {
		return nil
	}
	var all, named []sentence
	words := 0
	for i := from; i < end; i++ {
		s := c.sentences[i]
		if c.head[i] {
			continue
		}
		first, _, _ := strings.Cut(s.text, cell)
		for t := range termSet(first) {
			if c.matter[t] > 0 {
				named = append(named, s)
				break
			}
		}
		if words += s.words; words > maxStepWords || len(all) == maxSteps {
			break
		}
		all = append(all, s)
	}
	switch {
	case len(named) > 0 && !c.sentences[at].isRow():
		return nil // The sentence says of it what was asked.
	case len(named) > 0:
		return named
	}
	return all
}

// rowsAround is the table that a sentence is a row of, or whose row it says again.
func (c *chooser) rowsAround(at int) (from, end int) {
	s := c.sentences[at]
	if !s.isRow() {
		again := -1
		for i, r := range c.sentences {
			if r.passage == s.passage && r.isRow() && !c.head[i] && strings.Contains(s.text, r.text[strings.LastIndex(r.text, cell)+len(cell):]) {
				again = i
				break
			}
		}
		if again < 0 || c.asked.kind.value == nil {
			return 0, 0
		}
		at = again
	}
	from, end = at, at
	for from > 0 && c.sentences[from-1].isRow() && c.sentences[from-1].passage == s.passage {
		from--
	}
	for end < len(c.sentences) && c.sentences[end].isRow() && c.sentences[end].passage == s.passage {
		end++
	}
	return from, end
}
