package source

import (
	"bytes"
	"context"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Section is the text under one heading. Heading is the path of headings down
// to it, outermost first, without the document's title. Page is the page of a
// paginated file on which it begins, from 1; 0 where there are no pages.
type Section struct {
	Heading []string `json:"heading,omitempty"`
	Text    string   `json:"text"`
	Page    int      `json:"page,omitempty"`
}

// A Source is what was read from one file. URL, Locale and Group are empty
// unless the document says them of itself; Group is the part of the help centre
// that it belongs to, "Shipping" for instance.
type Source struct {
	Title    string    `json:"title"`
	URL      string    `json:"url,omitempty"`
	Locale   string    `json:"locale,omitempty"`
	Group    string    `json:"group,omitempty"`
	Pages    int       `json:"pages,omitempty"`
	Sections []Section `json:"sections"`
}

// A File is what is read: bytes, with what is known of them from outside.
type File struct {
	Name        string // its file name, for the format and, failing all else, the title
	ContentType string // as the browser or the web server said; may be empty
	Content     []byte
}

// Options say how a file is read.
type Options struct {
	// PDFToText is the path of pdftotext; pdfinfo is expected beside it. Empty:
	// PDF files are refused, with that as their cause.
	PDFToText string
	// Progress hears how many pages of how many have been read; it may be nil.
	Progress func(done, total int)
}

// Judge tells the format of a file, or what is wrong with it as far as that can
// be seen without reading it.
func Judge(f File) (Format, error) {
	if int64(len(f.Content)) > MaxBytes {
		return "", TooLarge(int64(len(f.Content)))
	}
	if len(bytes.TrimSpace(f.Content)) == 0 {
		return "", errEmpty()
	}
	return Detect(f.Name, f.ContentType, f.Content)
}

// Read reads one file into sections.
func Read(ctx context.Context, f File, o Options) (Source, error) {
	format, err := Judge(f)
	if err != nil {
		return Source{}, err
	}
	var out outline
	switch format {
	case PDF:
		err = readPDF(ctx, &out, f.Content, o)
	case DOCX:
		err = readDOCX(&out, f.Content)
	case ZIP:
		err = NoDocument()
	default:
		err = readTextual(&out, format, f)
	}
	if err != nil {
		return Source{}, err
	}
	return out.source(fileTitle(f.Name))
}

// readTextual reads the formats that are text in some character set.
func readTextual(out *outline, format Format, f File) error {
	text, err := decode(format, f.ContentType, f.Content)
	if err != nil {
		return err
	}
	switch format {
	case Markdown:
		readMarkdown(out, text)
	case HTML:
		return readHTML(out, text)
	case CSV:
		return readCSV(out, text)
	default:
		readText(out, text)
	}
	return nil
}

// fileTitle makes a title of a file name: "return-policy.md" → "Return policy".
func fileTitle(name string) string {
	base := Plain(path.Base(strings.ReplaceAll(name, `\`, "/")))
	base = strings.TrimSuffix(base, path.Ext(base))
	words := strings.Join(strings.FieldsFunc(base, func(r rune) bool { return r == '-' || r == '_' || unicode.IsSpace(r) }), " ")
	if words = strings.ToValidUTF8(words, ""); words == "" {
		return "Untitled"
	}
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}
