package demo

import (
	"bytes"
	"html/template"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
)

// sectionOrder is the order of the help index: what people ask most comes
// first. A section that is not named here follows at the end.
var sectionOrder = []string{
	"Shipping", "Returns", "Orders", "Payments", "Warranty and repair", "Products", "Services", "Account", "Privacy",
}

// helpPage is an article with its text as HTML, made once.
type helpPage struct {
	Article
	HTML template.HTML
}

// helpSection is one group of the index.
type helpSection struct {
	Name  string
	Pages []helpPage
}

// library holds the help pages by slug and by section.
type library struct {
	bySlug   map[string]helpPage
	sections []helpSection
}

func newLibrary(articles []Article) library {
	lib := library{bySlug: map[string]helpPage{}}
	grouped := map[string][]helpPage{}
	for _, article := range articles {
		page := helpPage{Article: article, HTML: render(article)}
		lib.bySlug[article.Slug] = page
		grouped[article.Section] = append(grouped[article.Section], page)
	}
	for name, pages := range grouped {
		slices.SortFunc(pages, func(a, b helpPage) int { return strings.Compare(a.Title, b.Title) })
		lib.sections = append(lib.sections, helpSection{Name: name, Pages: pages})
	}
	slices.SortFunc(lib.sections, func(a, b helpSection) int {
		return rank(a.Name) - rank(b.Name)
	})
	return lib
}

func rank(section string) int {
	if at := slices.Index(sectionOrder, section); at >= 0 {
		return at
	}
	return len(sectionOrder)
}

// render turns the text below the title into HTML. The title is left out,
// because the page sets it with its section and date. Raw HTML stays off, as
// goldmark has it by default; headings get ids, so that a link can point to
// the passage it means.
func render(article Article) template.HTML {
	_, text, _ := strings.Cut(article.Markdown, "\n")
	md := goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	var out bytes.Buffer
	if err := md.Convert([]byte(text), &out); err != nil {
		panic(err) // a buffer accepts every write, so this is a broken renderer
	}
	return template.HTML(out.String()) //nolint:gosec // our own articles, and goldmark leaves raw HTML out
}

// section returns the group that an article stands in.
func (l library) section(name string) helpSection {
	for _, section := range l.sections {
		if section.Name == name {
			return section
		}
	}
	return helpSection{Name: name}
}

// find keeps the pages that contain every word of the query. It is the plain
// search box of a small site, on purpose nothing more.
func (l library) find(query string) []helpSection {
	words := strings.Fields(strings.ToLower(query))
	var found []helpSection
	for _, section := range l.sections {
		kept := helpSection{Name: section.Name}
		for _, page := range section.Pages {
			if containsAll(strings.ToLower(page.Markdown), words) {
				kept.Pages = append(kept.Pages, page)
			}
		}
		if len(kept.Pages) > 0 {
			found = append(found, kept)
		}
	}
	return found
}

func containsAll(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
