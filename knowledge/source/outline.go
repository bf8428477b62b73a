package source

import (
	"net/url"
	"strings"
	"unicode"
)

// An outline collects blocks of text under headings. All readers write to one,
// so a heading means the same whatever file it came from.
type outline struct {
	title    string
	url      string
	locale   string
	group    string
	pages    int
	page     int // the page that is being read; 0 where there are none
	path     [6]string
	blocks   []string
	sections []Section
	size     int // bytes of text so far
}

// set takes one setting that the document makes about itself.
func (o *outline) set(name, value string) {
	switch name {
	case "title":
		o.title = value
	case "url":
		o.url = publicAddress(value)
	case "section", "category":
		o.group = value
	default:
		o.locale = value
	}
}

// publicAddress returns an address that a document may give itself: a page on
// the web or a path of this site. Anything else, a script above all, is dropped,
// because clients of every kind make links of it.
func publicAddress(text string) string {
	address, err := url.Parse(text)
	switch {
	case err != nil:
		return ""
	case address.Scheme == "" && address.Host == "" && strings.HasPrefix(text, "/"),
		(address.Scheme == "http" || address.Scheme == "https") && address.Host != "":
		return text
	}
	return ""
}

// heading starts a new section. The first heading of level 1 is the title when
// the document has none yet; what repeats the title is no section of its own.
func (o *outline) heading(level int, text string) {
	text = Plain(text)
	if text == "" {
		return
	}
	o.flush()
	if level == 1 && (o.title == "" || strings.EqualFold(o.title, text)) && len(o.sections) == 0 {
		o.title = text
		o.path = [6]string{}
		return
	}
	o.path[level-1] = text
	clear(o.path[level:])
}

// block adds one paragraph, list item, table row or piece of code.
func (o *outline) block(text string) {
	if text = strings.TrimRightFunc(strings.Trim(text, "\n"), unicode.IsSpace); strings.TrimSpace(text) != "" {
		o.blocks = append(o.blocks, text)
		o.size += len(text)
	}
}

// turn begins another page. A section lies within one page, so that whoever
// reads a passage can open the page it stands on.
func (o *outline) turn(page int) {
	o.flush()
	o.page = page
}

// full tells whether more text has come than any document may hold.
func (o *outline) full() bool { return o.size > maxTextBytes }

func (o *outline) flush() {
	if len(o.blocks) == 0 {
		return
	}
	var heading []string
	for _, h := range o.path {
		if h != "" {
			heading = append(heading, h)
		}
	}
	o.sections = append(o.sections, Section{Heading: heading, Text: strings.Join(o.blocks, "\n\n"), Page: o.page})
	o.blocks = nil
}

func (o *outline) source(fallbackTitle string) (Source, error) {
	o.flush()
	if len(o.sections) == 0 {
		return Source{}, errNoText()
	}
	if o.full() {
		return Source{}, errTooMuchText()
	}
	if o.title == "" {
		o.title = fallbackTitle
	}
	return Source{Title: Plain(o.title), URL: o.url, Locale: Plain(o.locale), Group: Plain(o.group), Pages: o.pages, Sections: o.sections}, nil
}

// squeeze makes every run of white space one space.
func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }
