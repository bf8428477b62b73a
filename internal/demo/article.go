package demo

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

//go:embed articles/*.md
var articleFiles embed.FS

// ErrArticle marks a help article whose front matter or title is not as the
// other articles have it.
var ErrArticle = errors.New("demo: malformed article")

// Article is one help page of the shop. The same value is shown as a page and
// given to the knowledge base.
type Article struct {
	// Slug is the file name without its ending, and the last part of URL.
	Slug string
	// Title is the first heading of the text.
	Title string
	// Section groups articles on the index, "Shipping" for example.
	Section string
	// URL is the path of the page on the server that serves the demo.
	URL string
	// Updated is the day of the last change, at midnight UTC.
	Updated time.Time
	// Markdown is the whole text with its title and without front matter.
	Markdown string
}

// Articles returns all help articles, ordered by slug. The files are part of
// the binary, so an error (always an ErrArticle) is a mistake of the build.
func Articles() ([]Article, error) {
	names, err := fs.Glob(articleFiles, "articles/*.md")
	if err != nil {
		return nil, fmt.Errorf("list demo articles: %w", err)
	}
	articles := make([]Article, 0, len(names))
	for _, name := range names {
		raw, err := articleFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read demo article: %w", err)
		}
		article, err := parseArticle(strings.TrimSuffix(path.Base(name), ".md"), string(raw))
		if err != nil {
			return nil, err
		}
		articles = append(articles, article)
	}
	return articles, nil
}

// parseArticle reads front matter of plain "key: value" lines and the title
// below it. Three known keys do not justify a YAML parser.
func parseArticle(slug, raw string) (Article, error) {
	head, body, found := strings.Cut(strings.TrimPrefix(raw, "---\n"), "\n---\n")
	if !found || !strings.HasPrefix(raw, "---\n") {
		return Article{}, fmt.Errorf("%w: %s has no front matter", ErrArticle, slug)
	}
	article := Article{Slug: slug, Markdown: strings.TrimSpace(body) + "\n"}
	for line := range strings.Lines(head) {
		if err := article.set(strings.TrimSpace(line)); err != nil {
			return Article{}, err
		}
	}
	title, _, _ := strings.Cut(article.Markdown, "\n")
	article.Title, found = strings.CutPrefix(title, "# ")
	if !found || article.URL == "" || article.Section == "" || article.Updated.IsZero() {
		return Article{}, fmt.Errorf("%w: %s lacks title, url, section or updated", ErrArticle, slug)
	}
	return article, nil
}

// set takes one line of front matter. An unknown key is refused, because it
// is most likely a known one with a typing error.
func (a *Article) set(line string) error {
	key, value, _ := strings.Cut(line, ": ")
	switch key {
	case "url":
		a.URL = value
	case "section":
		a.Section = value
	case "updated":
		day, err := time.Parse(time.DateOnly, value)
		if err != nil {
			return fmt.Errorf("%w: %s: %w", ErrArticle, a.Slug, err)
		}
		a.Updated = day
	default:
		return fmt.Errorf("%w: %s: unknown line %q", ErrArticle, a.Slug, line)
	}
	return nil
}
