package source

import (
	"html"
	"regexp"
	"strconv"
	"strings"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// dropped are the elements that hold no answer: code, menus, what stands beside
// the text, and controls.
var dropped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Nav: true, atom.Footer: true, atom.Aside: true, atom.Noscript: true,
	atom.Template: true, atom.Svg: true, atom.Iframe: true, atom.Object: true, atom.Button: true, atom.Select: true,
	atom.Textarea: true, atom.Dialog: true, atom.Head: true,
}

// blocky are the elements that begin and end a block of text.
var blocky = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Section: true, atom.Article: true, atom.Main: true, atom.Body: true, atom.Header: true,
	atom.Ul: true, atom.Ol: true, atom.Dl: true, atom.Table: true, atom.Pre: true, atom.Blockquote: true, atom.Figure: true,
	atom.Hr: true, atom.Form: true, atom.Fieldset: true, atom.Details: true, atom.Summary: true, atom.Address: true,
}

// liney are the elements that stand on a line of their own inside a block, so
// that a list or a table stays together.
var liney = map[atom.Atom]bool{
	atom.Li: true, atom.Tr: true, atom.Dt: true, atom.Dd: true, atom.Br: true, atom.Caption: true, atom.Figcaption: true,
}

// maxLocaleBytes is the longest language tag that means anything (BCP 47).
const maxLocaleBytes = 35

// readHTML reads a page. Where it marks its main part, the rest is left out.
func readHTML(out *outline, text string) error {
	root, err := nethtml.Parse(strings.NewReader(text))
	if err != nil {
		// The parser gives up at 512 elements within each other, and nowhere else.
		return TooComplex("its elements stand too deep within each other")
	}
	if title := find(root, atom.Title); title != nil {
		out.title = Plain(textOf(title))
	}
	if page := find(root, atom.Html); page != nil && len(attribute(page, "lang")) <= maxLocaleBytes {
		out.locale = attribute(page, "lang")
	}
	body := root
	if main := find(root, atom.Main); main != nil {
		body = main
	}
	// The page's own first heading is a better title than the browser tab's,
	// which usually carries the site's name as well.
	if h1 := find(body, atom.H1); h1 != nil {
		if heading := Plain(textOf(h1)); heading != "" {
			out.title = heading
		}
	}
	w := htmlWriter{out: out}
	w.node(body)
	w.end()
	return nil
}

// htmlText is the text of a fragment, for raw HTML inside Markdown.
func htmlText(fragment string) string {
	var out outline
	if err := readHTML(&out, fragment); err != nil {
		return ""
	}
	out.flush()
	var parts []string
	for _, s := range out.sections {
		parts = append(parts, append(s.Heading[max(0, len(s.Heading)-1):], s.Text)...)
	}
	return strings.Join(parts, "\n")
}

type htmlWriter struct {
	out *outline
	buf strings.Builder
	pre int
}

func (w *htmlWriter) node(n *nethtml.Node) {
	switch n.Type {
	case nethtml.TextNode:
		w.text(n.Data)
		return
	case nethtml.ElementNode:
	default:
		w.children(n)
		return
	}
	tag := n.DataAtom
	switch {
	case dropped[tag] || hidden(n) || furniture(n):
	case headingLevel(tag) > 0:
		w.end()
		w.out.heading(headingLevel(tag), textOf(n))
	case tag == atom.Pre:
		w.end()
		w.pre++
		w.children(n)
		w.pre--
		// Its lines keep their indentation.
		w.out.block(strings.Trim(w.buf.String(), "\n"))
		w.buf.Reset()
	case blocky[tag]:
		w.end()
		w.children(n)
		w.end()
	case liney[tag]:
		w.line(n)
	case tag == atom.Td || tag == atom.Th:
		if line := w.buf.String(); line != "" && !strings.HasSuffix(line, "\n") {
			w.buf.WriteString(" | ")
		}
		w.children(n)
	case tag == atom.Img:
		w.text(attribute(n, "alt"))
	default:
		w.children(n)
	}
}

func (w *htmlWriter) line(n *nethtml.Node) {
	w.buf.WriteByte('\n')
	if n.DataAtom == atom.Li {
		w.buf.WriteString("- ")
	}
	w.children(n)
	if n.DataAtom != atom.Br {
		w.buf.WriteByte('\n')
	}
}

func (w *htmlWriter) children(n *nethtml.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c)
	}
}

func (w *htmlWriter) text(s string) {
	if w.pre == 0 {
		// White space in the source means one space, wherever it stands.
		lead, trail := strings.TrimLeft(s, " \t\n\f") != s, strings.TrimRight(s, " \t\n\f") != s
		if s = squeeze(s); s == "" && lead {
			s, lead, trail = " ", false, false
		}
		if lead {
			s = " " + s
		}
		if trail {
			s += " "
		}
	}
	w.buf.WriteString(s)
}

// end closes the block: its lines without the space that layout left in them.
func (w *htmlWriter) end() {
	if w.pre > 0 {
		return
	}
	var lines []string
	for line := range strings.SplitSeq(w.buf.String(), "\n") {
		if line = strings.TrimSpace(line); line != "" && line != "-" {
			lines = append(lines, line)
		}
	}
	w.buf.Reset()
	w.out.block(strings.Join(lines, "\n"))
}

func headingLevel(tag atom.Atom) int {
	for i, h := range []atom.Atom{atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6} {
		if tag == h {
			return i + 1
		}
	}
	return 0
}

// hidden tells what no visitor of the page sees, and what therefore nobody meant
// to say to them.
func hidden(n *nethtml.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "hidden" || (a.Key == "aria-hidden" && a.Val == "true") {
			return true
		}
		if a.Key == "style" {
			style := strings.ReplaceAll(strings.ToLower(a.Val), " ", "")
			if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
				return true
			}
		}
	}
	return false
}

// roles are what pages call those of their parts that hold no answer.
var roles = map[string]bool{
	"navigation": true, "banner": true, "contentinfo": true, "complementary": true, "search": true, "dialog": true, "alertdialog": true, "menu": true, "menubar": true,
}

// consent matches the names of the boxes that ask for cookies, those of the
// common products included. An article about cookies does not match.
var consent = regexp.MustCompile(`(?i)(cookie|consent|gdpr|ccpa)s?[-_]?(banner|bar|notice|popup|pop-up|modal|dialog|overlay|wall|layer|message|manager|consent|preferences|settings)|` +
	`cookieconsent|cc-window|onetrust|cybotcookiebot|usercentrics|didomi|truste|iubenda-cs|osano|klaro`)

// aside matches what stands round the text of pages that do not mark it.
var aside = regexp.MustCompile(`(?i)(^|[\s_-])(breadcrumbs?|sidebar|site-?nav|main-?nav|navbar|skip-?link|social-?share|share-?buttons|related-?(posts|articles)|newsletter)($|[\s_-])`)

// furniture tells the parts of a page that are there on every page, by their
// role, their class or their id.
func furniture(n *nethtml.Node) bool {
	if roles[attribute(n, "role")] {
		return true
	}
	if n.DataAtom == atom.Body || n.DataAtom == atom.Html || n.DataAtom == atom.Main || n.DataAtom == atom.Article {
		return false // Themes name the page itself after what it shows.
	}
	for _, key := range []string{"id", "class"} {
		if name := attribute(n, key); name != "" && (consent.MatchString(name) || aside.MatchString(name)) {
			return true
		}
	}
	return false
}

func attribute(n *nethtml.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func find(n *nethtml.Node, tag atom.Atom) *nethtml.Node {
	for d := range n.Descendants() {
		if d.DataAtom == tag && d.Namespace == "" {
			return d
		}
	}
	return nil
}

func textOf(n *nethtml.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == nethtml.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func unescape(s string) string { return html.UnescapeString(s) }
func itoa(n int) string        { return strconv.Itoa(n) }
