package source

import (
	"bytes"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Section is the text under one heading. Heading is the path of headings down
// to it, outermost first, without the document's title.
type Section struct {
	Heading []string
	Text    string
}

// A Source is what was read from one file. URL and Locale are empty unless the
// document says them of itself.
type Source struct {
	Title    string
	URL      string
	Locale   string
	Sections []Section
}

// A Format is a kind of file that can be read.
type Format string

// The formats. Their values are media types, and are stored with the document.
const (
	Markdown Format = "text/markdown"
	HTML     Format = "text/html"
	Text     Format = "text/plain"
)

// extensions decide before the browser's content type does: browsers send
// "application/octet-stream" for .md on some systems.
var extensions = map[string]Format{
	".md": Markdown, ".markdown": Markdown, ".mdx": Markdown,
	".html": HTML, ".htm": HTML, ".xhtml": HTML,
	".txt": Text, ".text": Text,
}

// foreign names what people upload and cannot be read, by its first bytes.
var foreign = []struct{ magic, what string }{
	{"%PDF-", "a PDF"},
	{"PK\x03\x04", "a ZIP archive or an Office document"},
	{"\xd0\xcf\x11\xe0", "an old Office document"},
	{"{\\rtf", "an RTF document"},
	{"\x89PNG", "a picture (PNG)"},
	{"\xff\xd8\xff", "a picture (JPEG)"},
	{"GIF8", "a picture (GIF)"},
	{"\x1f\x8b", "a compressed file (gzip)"},
}

// Detect tells the format of a file from its name, its declared content type
// and its first bytes. What is none of the formats is an *Error.
func Detect(name, contentType string, content []byte) (Format, error) {
	for _, f := range foreign {
		if bytes.HasPrefix(content, []byte(f.magic)) {
			return "", errWrongType(f.what)
		}
	}
	extension := strings.ToLower(path.Ext(name))
	if format, ok := extensions[extension]; ok {
		return format, nil
	}
	media, _, _ := strings.Cut(contentType, ";")
	switch media = strings.ToLower(strings.TrimSpace(media)); media {
	case "text/markdown", "text/x-markdown":
		return Markdown, nil
	case "text/html", "application/xhtml+xml":
		return HTML, nil
	}
	if extension != "" && strings.IndexFunc(extension[1:], notAlphanumeric) < 0 && !strings.HasPrefix(media, "text/plain") {
		return "", errWrongType("a " + extension + " file")
	}
	return Text, nil
}

func notAlphanumeric(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// Read reads one file into sections. name is its file name, used for the format
// and, where the text has no title of its own, for the title.
func Read(name, contentType string, content []byte) (Source, error) {
	if int64(len(content)) > MaxBytes {
		return Source{}, TooLarge(int64(len(content)))
	}
	if len(bytes.TrimSpace(content)) == 0 {
		return Source{}, errEmpty()
	}
	format, err := Detect(name, contentType, content)
	if err != nil {
		return Source{}, err
	}
	text, err := decode(format, contentType, content)
	if err != nil {
		return Source{}, err
	}
	var out outline
	switch format {
	case Markdown:
		readMarkdown(&out, text)
	case HTML:
		if err := readHTML(&out, text); err != nil {
			return Source{}, err
		}
	default:
		readText(&out, text)
	}
	return out.source(fileTitle(name))
}

// fileTitle makes a title of a file name: "return-policy.md" → "Return policy".
func fileTitle(name string) string {
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	base = strings.TrimSuffix(base, path.Ext(base))
	words := strings.Join(strings.FieldsFunc(base, func(r rune) bool { return r == '-' || r == '_' || unicode.IsSpace(r) }), " ")
	if words = strings.ToValidUTF8(words, ""); words == "" {
		return "Untitled"
	}
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}
