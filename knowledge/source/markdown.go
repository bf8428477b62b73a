package source

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	gmtext "github.com/yuin/goldmark/text"
)

// frontMatter is the block of settings that site generators put in front.
var frontMatter = regexp.MustCompile(`(?s)\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\z)`)

// frontSetting finds the settings of it that are read: what the page is called,
// where it stands, which language it is in and what part of the site it belongs to.
var frontSetting = regexp.MustCompile(`(?m)^(title|url|locale|lang|section|category):[ \t]*(.+?)[ \t]*$`)

// readMarkdown walks the syntax tree: headings open sections, every other block
// becomes plain text. Raw HTML inside goes through the HTML reader, so that a
// script in a Markdown file is dropped like one in a page.
func readMarkdown(out *outline, text string) {
	if m := frontMatter.FindStringSubmatch(text); m != nil {
		text = text[len(m[0]):]
		for _, s := range frontSetting.FindAllStringSubmatch(m[1], -1) {
			out.set(s[1], squeeze(strings.Trim(s[2], `"'`)))
		}
	}
	w := markdownWriter{out: out, source: []byte(text)}
	parser := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList)).Parser()
	w.blocks(parser.Parse(gmtext.NewReader(w.source)), "")
}

type markdownWriter struct {
	out    *outline
	source []byte
}

// blocks writes the children of a container. prefix is put before the first
// line of each, which is how a list item keeps its dash.
func (w *markdownWriter) blocks(parent ast.Node, prefix string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.block(n, prefix)
		if _, isList := parent.(*ast.ListItem); isList {
			prefix = ""
		}
	}
}

func (w *markdownWriter) block(n ast.Node, prefix string) {
	switch n := n.(type) {
	case *ast.Heading:
		w.out.heading(n.Level, w.inline(n))
	case *ast.List:
		w.list(n)
	case *ast.Blockquote:
		w.blocks(n, prefix)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		w.out.block(w.lines(n))
	case *ast.HTMLBlock:
		raw := w.lines(n)
		if n.HasClosure() {
			raw += string(n.ClosureLine.Value(w.source))
		}
		w.out.block(htmlText(raw))
	case *east.Table:
		w.table(n)
	case *ast.ThematicBreak:
	default:
		if text := strings.TrimSpace(w.inline(n)); text != "" {
			w.out.block(prefix + text)
		}
	}
}

// list writes the items of a list as one block, so that a short list stays
// together in one passage; an item that holds a heading or a table is written out.
func (w *markdownWriter) list(list *ast.List) {
	inner := markdownWriter{out: &outline{}, source: w.source}
	number := list.Start
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		prefix := "- "
		if list.IsOrdered() {
			prefix = itoa(number) + ". "
			number++
		}
		inner.blocks(item, prefix)
	}
	inner.out.flush()
	for _, s := range inner.out.sections {
		if len(s.Heading) > 0 {
			w.out.heading(len(s.Heading), s.Heading[len(s.Heading)-1])
		}
		w.out.block(strings.ReplaceAll(s.Text, "\n\n", "\n"))
	}
}

func (w *markdownWriter) table(table *east.Table) {
	var rows []string
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, squeeze(w.inline(cell)))
		}
		rows = append(rows, strings.Join(cells, " | "))
	}
	w.out.block(strings.Join(rows, "\n"))
}

func (w *markdownWriter) lines(n ast.Node) string {
	return strings.TrimRight(string(n.Lines().Value(w.source)), "\n")
}

// inline is the text of a block's inline nodes: words without their marks.
func (w *markdownWriter) inline(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.Write(n.Value(w.source))
			if n.HardLineBreak() {
				b.WriteByte('\n')
			} else if n.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(w.source))
		case *ast.RawHTML:
			// <br> is the one inline tag that stands for something.
			if strings.HasPrefix(strings.ToLower(string(n.Segments.Value(w.source))), "<br") {
				b.WriteByte('\n')
			}
		}
		return ast.WalkContinue, nil
	})
	return unescape(b.String())
}
