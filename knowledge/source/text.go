package source

import (
	"regexp"
	"strings"
)

// blankLine parts paragraphs of plain text.
var blankLine = regexp.MustCompile(`\n[ \t]*\n\s*`)

// maxTitleRunes is the longest first line that is taken for a title.
const maxTitleRunes = 100

// readText reads plain text: paragraphs, and a title where the first paragraph
// is one short line that ends like no sentence. It finds no other headings,
// because a guess that is wrong hides text under a wrong name.
func readText(out *outline, text string) {
	paragraphs := blankLine.Split(strings.TrimSpace(text), -1)
	if first := strings.TrimSpace(paragraphs[0]); len(paragraphs) > 1 && looksLikeTitle(first) {
		out.heading(1, first)
		paragraphs = paragraphs[1:]
	}
	for _, p := range paragraphs {
		out.block(p)
	}
}

func looksLikeTitle(line string) bool {
	return !strings.Contains(line, "\n") && len([]rune(line)) <= maxTitleRunes && !strings.HasSuffix(line, ".") &&
		!strings.HasSuffix(line, ":") && !strings.HasSuffix(line, ",") && !strings.HasSuffix(line, "।")
}
