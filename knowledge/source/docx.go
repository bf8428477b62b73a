package source

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// Limits of a Word file. The text of a long book is 2 MiB, its markup twenty
// times that; elements stand within each other some twenty deep.
const (
	maxPartBytes = 96 << 20
	maxXMLDepth  = 200
)

// readDOCX reads a Word file: the paragraphs of its body with their headings,
// lists and tables, each footnote behind the paragraph that refers to it. What
// was deleted, hidden or made by a field's code is left out, and so are page
// headers, comments and the table of contents.
func readDOCX(out *outline, content []byte) error {
	archive, err := openArchive(content)
	if err != nil {
		return err
	}
	styles, err := readStyles(archive)
	if err != nil {
		return err
	}
	numbers, err := readNumbering(archive)
	if err != nil {
		return err
	}
	notes, err := readNotes(archive)
	if err != nil {
		return err
	}
	w := docxWriter{out: out, styles: styles, numbers: numbers, notes: notes}
	found, err := walkPart(archive, "word/document.xml", w.token)
	switch {
	case err != nil:
		return err
	case !found:
		return errDamaged("it has no text part")
	}
	w.endList()
	return nil
}

// walkPart hands the tokens of one XML part to visit. Entities other than the
// five of XML are an error, so nothing can be defined that unfolds; depth and
// size are bounded.
func walkPart(archive *zip.Reader, name string, visit func(xml.Token) error) (found bool, err error) {
	var file *zip.File
	for _, f := range archive.File {
		if strings.EqualFold(f.Name, name) {
			file = f
		}
	}
	if file == nil {
		return false, nil
	}
	if file.Flags&encryptedFlag != 0 {
		return true, errEncrypted()
	}
	in, err := file.Open()
	if err != nil {
		return true, errDamaged("its part " + name + " could not be unpacked")
	}
	defer in.Close()
	bounded := &io.LimitedReader{R: in, N: maxPartBytes}
	decoder := xml.NewDecoder(bounded)
	for depth := 0; ; {
		token, err := decoder.Token()
		switch {
		case bounded.N <= 0:
			return true, errTooMuchText()
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return true, errDamaged("its part " + name + " is no valid XML")
		}
		switch token.(type) {
		case xml.StartElement:
			if depth++; depth > maxXMLDepth {
				return true, TooComplex("its elements stand too deep within each other")
			}
		case xml.EndElement:
			depth--
		}
		if err := visit(token); err != nil {
			return true, err
		}
	}
}

// value is an attribute by its local name: files of the strict form have other
// name spaces.
func value(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func on(e xml.StartElement) bool {
	v := value(e, "val")
	return v != "0" && v != "false" && v != "none"
}

// readNotes reads the footnotes and endnotes by their number.
func readNotes(archive *zip.Reader) (map[string]string, error) {
	notes := map[string]string{}
	for part, kind := range map[string]string{"word/footnotes.xml": "footnote", "word/endnotes.xml": "endnote"} {
		id := ""
		var text strings.Builder
		writing := false
		_, err := walkPart(archive, part, func(token xml.Token) error {
			switch t := token.(type) {
			case xml.StartElement:
				switch t.Name.Local {
				case kind:
					id = value(t, "id")
					text.Reset()
				case "t":
					writing = true
				case "p", "tab", "br":
					text.WriteByte(' ')
				}
			case xml.CharData:
				if writing {
					text.Write(t)
				}
			case xml.EndElement:
				writing = false
				if t.Name.Local == kind {
					notes[kind+id] = squeeze(text.String())
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return notes, nil
}

// A docxWriter is where in the body the reading stands.
type docxWriter struct {
	out     *outline
	styles  map[string]docxStyle
	numbers map[string]map[int]numberFormat
	notes   map[string]string

	text    strings.Builder // of the paragraph
	pending []string        // notes of the paragraph
	list    []string        // items of the list so far
	counts  map[string]int  // where numbered lists stand

	level   int // of the heading; 0: none
	drop    bool
	numID   string
	indent  int
	writing int  // inside w:t
	skip    int  // inside something that is left out, by depth
	vanish  bool // the run is hidden

	tables []*docxTable // innermost last
}

type docxTable struct {
	rows []string
	row  []string
	cell []string
}

func (w *docxWriter) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		if w.skip > 0 || skipped(t.Name.Local) {
			w.skip++
			return nil
		}
		w.start(t)
	case xml.CharData:
		if w.skip == 0 && w.writing > 0 && !w.vanish {
			w.text.Write(t)
		}
	case xml.EndElement:
		if w.skip > 0 {
			w.skip--
			return nil
		}
		w.end(t.Name.Local)
		if w.out.full() {
			return errTooMuchText()
		}
	}
	return nil
}

// skipped are elements whose content is no text of the document: what was
// deleted or moved away, codes of fields, and the second form of a drawing.
func skipped(name string) bool {
	switch name {
	case "del", "moveFrom", "delText", "instrText", "Fallback", "pict", "sectPr", "annotation", "rubyBase":
		return true
	}
	return false
}

func (w *docxWriter) start(e xml.StartElement) {
	switch e.Name.Local {
	case "p":
		w.flushText()
		w.level, w.drop, w.numID, w.indent = 0, false, "", 0
	case "pStyle":
		s := w.styles[value(e, "val")]
		w.level, w.drop = s.level, s.contents
		if s.numID != "" {
			w.numID, w.indent = s.numID, s.indent
		}
	case "outlineLvl":
		if n, err := strconv.Atoi(value(e, "val")); err == nil && n >= 0 && n < 6 {
			w.level = n + 1
		}
	case "numId":
		w.numID = value(e, "val")
	case "ilvl":
		w.indent, _ = strconv.Atoi(value(e, "val"))
	case "r":
		w.vanish = false
	case "vanish", "webHidden":
		w.vanish = on(e)
	case "t":
		w.writing++
	case "tab":
		w.text.WriteByte(' ')
	case "br", "cr":
		w.text.WriteByte('\n')
	case "noBreakHyphen":
		w.text.WriteByte('-')
	case "footnoteReference", "endnoteReference":
		kind := strings.TrimSuffix(e.Name.Local, "Reference")
		if note := w.notes[kind+value(e, "id")]; note != "" {
			w.pending = append(w.pending, note)
		}
	case "tbl":
		w.flushText()
		w.endList()
		w.tables = append(w.tables, &docxTable{})
	}
}

func (w *docxWriter) end(name string) {
	switch name {
	case "t":
		w.writing--
	case "p":
		w.paragraph()
	case "tc", "tr", "tbl":
		w.endTable(name)
	}
}

func (w *docxWriter) flushText() {
	if w.text.Len() > 0 {
		w.paragraph()
	}
}

// paragraph writes what was collected: as a heading, an item of a list, a part
// of a table's cell, or a block.
func (w *docxWriter) paragraph() {
	text := tidyLines(w.text.String())
	notes := w.pending
	w.text.Reset()
	w.pending = nil
	w.vanish = false
	switch {
	case w.drop || text == "":
		return
	case len(w.tables) > 0:
		t := w.tables[len(w.tables)-1]
		t.cell = append(append(t.cell, strings.ReplaceAll(text, "\n", " ")), notes...)
		return
	case w.level > 0:
		w.endList()
		w.out.heading(w.level, text)
		for _, n := range notes {
			w.out.block(n)
		}
		return
	case w.numID != "" && w.numID != "0":
		w.list = append(w.list, w.marker()+strings.ReplaceAll(text, "\n", " "))
		w.list = append(w.list, notes...)
		return
	}
	w.endList()
	w.out.block(strings.Join(append([]string{text}, notes...), "\n"))
}

// endList writes the items so far as one block, so that a short list stays
// together in one passage.
func (w *docxWriter) endList() {
	if len(w.list) > 0 {
		w.out.block(strings.Join(w.list, "\n"))
		w.list = nil
	}
}

func (w *docxWriter) endTable(name string) {
	if len(w.tables) == 0 {
		return
	}
	w.flushText()
	t := w.tables[len(w.tables)-1]
	switch name {
	case "tc":
		t.row = append(t.row, strings.Join(t.cell, " "))
		t.cell = nil
	case "tr":
		if row := strings.Join(t.row, " | "); strings.Trim(row, " |") != "" {
			t.rows = append(t.rows, row)
		}
		t.row = nil
	case "tbl":
		w.tables = w.tables[:len(w.tables)-1]
		text := strings.Join(t.rows, "\n")
		if len(w.tables) > 0 {
			outer := w.tables[len(w.tables)-1]
			outer.cell = append(outer.cell, strings.Join(t.rows, "; "))
			return
		}
		w.out.block(text)
	}
}

func tidyLines(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = squeeze(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
