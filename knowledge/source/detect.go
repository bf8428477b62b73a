package source

import (
	"bytes"
	"path"
	"strings"
	"unicode"
)

// A Format is a kind of file that can be read.
type Format string

// The formats. Their values are media types, and are stored with the document.
const (
	Markdown Format = "text/markdown"
	HTML     Format = "text/html"
	Text     Format = "text/plain"
	CSV      Format = "text/csv"
	PDF      Format = "application/pdf"
	DOCX     Format = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	// ZIP is an archive of files, each of which becomes a document of its own:
	// Members takes it apart, and Read refuses it.
	ZIP Format = "application/zip"
)

// extensions decide before the browser's content type does: browsers send
// "application/octet-stream" for .md on some systems.
var extensions = map[string]Format{
	".md": Markdown, ".markdown": Markdown, ".mdx": Markdown,
	".html": HTML, ".htm": HTML, ".xhtml": HTML,
	".txt": Text, ".text": Text,
	".csv": CSV, ".tsv": CSV,
	".pdf": PDF, ".docx": DOCX, ".zip": ZIP,
}

// media are content types that say what the name does not.
var media = map[string]Format{
	"text/markdown": Markdown, "text/x-markdown": Markdown, "text/html": HTML, "application/xhtml+xml": HTML,
	"text/csv": CSV, "text/tab-separated-values": CSV, "application/pdf": PDF, string(DOCX): DOCX,
}

// foreign names what people upload and cannot be read, by its first bytes.
var foreign = []struct{ magic, what string }{
	{"{\\rtf", "an RTF document"},
	{"\x89PNG", "a picture (PNG)"},
	{"\xff\xd8\xff", "a picture (JPEG)"},
	{"GIF8", "a picture (GIF)"},
	{"RIFF", "a picture or a sound (RIFF)"},
	{"\x1f\x8b", "a compressed file (gzip)"},
	{"7z\xbc\xaf\x27\x1c", "a compressed file (7-Zip)"},
	{"Rar!", "a compressed file (RAR)"},
}

// packed tells apart what is packed as ZIP, by a name that its directory must
// hold. Directories are not compressed, so looking for the name is enough.
var packed = []struct{ member, what, fix string }{
	{"xl/workbook.xml", "an Excel workbook", "Save the sheet with the questions and answers as CSV, and upload that."},
	{"ppt/presentation.xml", "a PowerPoint presentation", "Export it as PDF, and upload that."},
	{"application/vnd.oasis.opendocument", "an OpenDocument file", "Save it as DOCX or PDF, and upload that."},
	{"application/epub+zip", "an e-book (EPUB)", "Export it as PDF or HTML, and upload that."},
}

// magicWithin is how far into a file "%PDF-" may stand: what readers of PDF allow.
const magicWithin = 1024

// Detect tells the format of a file from its first bytes, its name and its
// declared content type. What is none of the formats is an *Error.
func Detect(name, contentType string, content []byte) (Format, error) {
	if format, err := detectBinary(content); format != "" || err != nil {
		return format, err
	}
	extension := strings.ToLower(path.Ext(name))
	format, known := extensions[extension]
	if !known {
		said, _, _ := strings.Cut(contentType, ";")
		said = strings.ToLower(strings.TrimSpace(said))
		format, known = media[said]
		if !known && extension != "" && strings.IndexFunc(extension[1:], notAlphanumeric) < 0 && !strings.HasPrefix(said, "text/plain") {
			return "", errWrongType("a "+extension+" file", "")
		}
	}
	switch {
	case !known:
		return Text, nil
	case len(content) > 0 && (format == PDF || format == DOCX || format == ZIP):
		// Its name promises what its first bytes would show.
		return "", errDamaged("it is named " + extension + " but does not begin like one")
	}
	return format, nil
}

// detectBinary recognises the formats that begin with bytes of their own.
func detectBinary(content []byte) (Format, error) {
	for _, f := range foreign {
		if bytes.HasPrefix(content, []byte(f.magic)) {
			return "", errWrongType(f.what, "")
		}
	}
	switch {
	case bytes.Contains(content[:min(len(content), magicWithin)], []byte("%PDF-")):
		return PDF, nil
	case bytes.HasPrefix(content, []byte("\xd0\xcf\x11\xe0")):
		return "", detectOLE(content)
	case bytes.HasPrefix(content, []byte("PK\x03\x04")), bytes.HasPrefix(content, []byte("PK\x05\x06")):
		return detectPacked(content)
	}
	return "", nil
}

func detectPacked(content []byte) (Format, error) {
	switch {
	case bytes.Contains(content, []byte("word/vbaProject.bin")):
		return "", errMacros()
	case bytes.Contains(content, []byte("word/document.xml")):
		return DOCX, nil
	}
	for _, p := range packed {
		if bytes.Contains(content, []byte(p.member)) {
			return "", errWrongType(p.what, p.fix)
		}
	}
	return ZIP, nil
}

// detectOLE tells what hides in the container of the old Office programs. Its
// directory holds names in UTF-16; a new Word file with a password is packed
// into the same container.
func detectOLE(content []byte) *Error {
	holds := func(name string) bool {
		var wide []byte
		for _, b := range []byte(name) {
			wide = append(wide, b, 0)
		}
		return bytes.Contains(content, wide)
	}
	switch {
	case holds("EncryptedPackage"):
		return errEncrypted()
	case holds("WordDocument"):
		return errOldFormat("a Word file in the format before 2007 (.doc)", "DOCX or PDF")
	case holds("Workbook"), holds("Book"):
		return errOldFormat("an Excel file in the format before 2007 (.xls)", "CSV")
	case holds("PowerPoint Document"):
		return errOldFormat("a PowerPoint file in the format before 2007 (.ppt)", "PDF")
	}
	return errOldFormat("an old Office document", "DOCX or PDF")
}

func notAlphanumeric(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
