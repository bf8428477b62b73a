package source

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// maxControlShare is the share of control characters above which decoded bytes
// are taken for something other than text. Real text has next to none.
const maxControlShare = 0.01

// declaredWithin is where a page's declaration must stand: browsers look at the
// first 1,024 bytes.
const declaredWithin = 1024

// decode turns a file's bytes into composed UTF-8 with "\n" line ends. A byte
// order mark or a declaration is believed; what says nothing and is not UTF-8 is
// recognised by its letters, or refused where they are not clear: a wrong guess
// turns names into nonsense without anybody noticing.
func decode(format Format, contentType string, content []byte) (string, error) {
	text, err := toUTF8(format, contentType, content)
	if err != nil {
		return "", err
	}
	if controlShare(text) > maxControlShare {
		return "", errNotText()
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(text)
	return norm.NFC.String(text), nil
}

func toUTF8(format Format, contentType string, content []byte) (string, error) {
	switch {
	case bytes.HasPrefix(content, []byte("\xef\xbb\xbf")):
		content = content[3:]
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("\xfe\xff")):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(content)
		if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
			return "", errDamaged("its UTF-16 text breaks off in the middle of a character")
		}
		return string(out), nil
	}
	if utf8.Valid(content) {
		return string(content), nil
	}
	if bytes.IndexByte(content, 0) >= 0 {
		return "", errNotText()
	}
	// A page may declare its charset inside; a text file only from outside.
	declared := strings.Contains(strings.ToLower(contentType), "charset=") ||
		(format == HTML && bytes.Contains(bytes.ToLower(content[:min(len(content), declaredWithin)]), []byte("charset=")))
	if !declared {
		return recognise(content)
	}
	encoding, _, _ := charset.DetermineEncoding(content, contentType)
	out, err := encoding.NewDecoder().Bytes(content)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return "", errCharset()
	}
	return string(out), nil
}

func controlShare(text string) float64 {
	controls := 0
	for _, r := range text {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' && r != '\f' {
			controls++
		}
	}
	return float64(controls) / float64(max(1, len(text)))
}
