package source

import (
	"archive/zip"
	"encoding/xml"
	"strconv"
	"strings"
)

// A docxStyle is what a paragraph style means to us.
type docxStyle struct {
	level    int    // of a heading; 0: none
	contents bool   // a line of the table of contents
	numID    string // the list it belongs to
	indent   int
	based    string
}

// maxStyleChain is how far styles are followed to the one they are based on;
// a chain that is longer goes round in a circle.
const maxStyleChain = 12

// readStyles reads the paragraph styles by their id. Ids are translated with
// Word's language, names are not: a heading is known by its name, or by the
// outline level it sets.
func readStyles(archive *zip.Reader) (map[string]docxStyle, error) {
	styles := map[string]docxStyle{}
	id := ""
	var s docxStyle
	_, err := walkPart(archive, "word/styles.xml", func(token xml.Token) error {
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "style":
				id, s = value(t, "styleId"), docxStyle{}
			case "name":
				s.named(value(t, "val"))
			case "basedOn":
				s.based = value(t, "val")
			case "outlineLvl":
				if n, err := strconv.Atoi(value(t, "val")); err == nil && n >= 0 && n < 6 {
					s.level = n + 1
				}
			case "numId":
				s.numID = value(t, "val")
			case "ilvl":
				s.indent, _ = strconv.Atoi(value(t, "val"))
			}
		case xml.EndElement:
			if t.Name.Local == "style" && id != "" {
				styles[id] = s
				id = ""
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for name, s := range styles {
		styles[name] = inherit(styles, s)
	}
	return styles, nil
}

func (s *docxStyle) named(name string) {
	name = strings.ToLower(strings.TrimSpace(name))
	switch {
	case name == "title":
		s.level = 1
	case strings.HasPrefix(name, "heading "):
		if n, err := strconv.Atoi(strings.TrimPrefix(name, "heading ")); err == nil && n >= 1 {
			s.level = min(n, 6)
		}
	case strings.HasPrefix(name, "toc ") || name == "toc heading" || name == "table of figures":
		s.contents = true
	}
}

func inherit(styles map[string]docxStyle, s docxStyle) docxStyle {
	based := s.based
	for range maxStyleChain {
		base, ok := styles[based]
		if !ok {
			break
		}
		if s.level == 0 {
			s.level = base.level
		}
		if s.numID == "" {
			s.numID, s.indent = base.numID, base.indent
		}
		based = base.based
	}
	return s
}

// A numberFormat is how one level of a list marks its items.
type numberFormat struct {
	numbered bool
	start    int
}

// readNumbering reads, for each list, how its levels are marked.
func readNumbering(archive *zip.Reader) (map[string]map[int]numberFormat, error) {
	abstract, numbers := map[string]map[int]numberFormat{}, map[string]map[int]numberFormat{}
	inAbstract, num, level := "", "", 0
	_, err := walkPart(archive, "word/numbering.xml", func(token xml.Token) error {
		t, ok := token.(xml.StartElement)
		if !ok {
			if e, end := token.(xml.EndElement); end && e.Name.Local == "abstractNum" {
				inAbstract = ""
			}
			return nil
		}
		switch t.Name.Local {
		case "abstractNum":
			inAbstract = "a" + value(t, "abstractNumId")
			abstract[inAbstract] = map[int]numberFormat{}
		case "lvl":
			level, _ = strconv.Atoi(value(t, "ilvl"))
		case "start":
			if f := abstract[inAbstract]; f != nil {
				n, _ := strconv.Atoi(value(t, "val"))
				f[level] = numberFormat{f[level].numbered, n}
			}
		case "numFmt":
			if f := abstract[inAbstract]; f != nil {
				kind := value(t, "val")
				f[level] = numberFormat{kind != "bullet" && kind != "none", f[level].start}
			}
		case "num":
			num = value(t, "numId")
		case "abstractNumId":
			if inAbstract == "" {
				numbers[num] = abstract["a"+value(t, "val")]
			}
		}
		return nil
	})
	return numbers, err
}

// marker is what stands before an item: its number, or a dash. Levels below
// the first are not moved in, because white space in front tells nobody much.
func (w *docxWriter) marker() string {
	f, ok := w.numbers[w.numID][w.indent]
	if !ok || !f.numbered {
		return "- "
	}
	if w.counts == nil {
		w.counts = map[string]int{}
	}
	key := w.numID + "/" + strconv.Itoa(w.indent)
	if _, seen := w.counts[key]; !seen {
		w.counts[key] = max(f.start, 1) - 1
	}
	w.counts[key]++
	for deeper := w.indent + 1; deeper <= 8; deeper++ {
		delete(w.counts, w.numID+"/"+strconv.Itoa(deeper))
	}
	return strconv.Itoa(w.counts[key]) + ". "
}
