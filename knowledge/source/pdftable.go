package source

import (
	"math"
	"slices"
	"strings"
)

// A pdfTable is a table of a page: rows of cells.
type pdfTable struct {
	rows    [][]string
	written bool
}

func (t *pdfTable) text() string {
	lines := make([]string, len(t.rows))
	for i, row := range t.rows {
		lines[i] = strings.Join(row, " | ")
	}
	return strings.Join(lines, "\n")
}

// A pdfRow is blocks that stand beside each other, from left to right.
type pdfRow struct {
	box
	blocks []int
	cells  []string
}

// findTables finds the tables of a page, which pdftotext gives as blocks
// without order: blocks that stand side by side make a row, rows below each
// other a table. Columns of prose stand side by side as well, and are told by
// their long lines. The result names the table of each block that is in one.
func findTables(blocks []pdfBlock, body float64) []*pdfTable {
	tables := make([]*pdfTable, len(blocks))
	var rows []pdfRow
	used := make([]bool, len(blocks))
	for i, block := range blocks {
		if used[i] || prose(block) {
			continue
		}
		row := besides(blocks, used, i)
		if len(row.blocks) < 2 {
			continue
		}
		for _, b := range row.blocks {
			used[b] = true
		}
		rows = append(rows, splitRow(blocks, row)...)
	}
	slices.SortStableFunc(rows, func(a, b pdfRow) int { return compareFloat(a.top, b.top) })
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && rows[to].top-rows[to-1].bottom < rowGap*body {
			to++
		}
		// One row of two is more likely a heading beside a picture's label.
		if to-from > 1 || len(rows[from].blocks) > 2 {
			t := &pdfTable{}
			for _, row := range rows[from:to] {
				t.rows = append(t.rows, row.cells)
				for _, b := range row.blocks {
					tables[b] = t
				}
			}
		}
		from = to
	}
	return tables
}

func compareFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Prose has lines of many words. The cells of most tables have few.
const (
	proseLines = 3
	proseWords = 5
)

func prose(block pdfBlock) bool {
	words := 0
	for _, line := range block.lines {
		words += line.words
	}
	return len(block.lines) >= proseLines && words >= proseWords*len(block.lines)
}

// besides collects the blocks beside block i, and those beside them.
func besides(blocks []pdfBlock, used []bool, i int) pdfRow {
	row := pdfRow{box: blocks[i].box, blocks: []int{i}}
	for j := range blocks {
		if j == i || used[j] || prose(blocks[j]) {
			continue
		}
		beside := slices.ContainsFunc(row.blocks, func(k int) bool { return side(blocks[k].box, blocks[j].box) })
		clear := !slices.ContainsFunc(row.blocks, func(k int) bool {
			return blocks[k].left < blocks[j].right && blocks[j].left < blocks[k].right
		})
		if beside && clear {
			row.blocks = append(row.blocks, j)
			row.include(blocks[j].box)
		}
	}
	slices.SortFunc(row.blocks, func(a, b int) int { return compareFloat(blocks[a].left, blocks[b].left) })
	return row
}

// side tells whether two boxes stand side by side.
func side(a, b box) bool {
	overlap := min(a.bottom, b.bottom) - max(a.top, b.top)
	return overlap >= sameRow*min(a.height(), b.height()) && (a.right <= b.left || b.right <= a.left)
}

// splitRow parts a row whose blocks are whole columns, line by line on common
// base lines, into the rows of the table that they make.
func splitRow(blocks []pdfBlock, row pdfRow) []pdfRow {
	lines := len(blocks[row.blocks[0]].lines)
	aligned := lines > 1
	for _, b := range row.blocks {
		aligned = aligned && len(blocks[b].lines) == lines
	}
	for n := 0; aligned && n < lines; n++ {
		base := blocks[row.blocks[0]].lines[n]
		for _, b := range row.blocks[1:] {
			aligned = aligned && math.Abs(blocks[b].lines[n].bottom-base.bottom) < base.height()*0.35
		}
	}
	if !aligned {
		row.cells = make([]string, len(row.blocks))
		for i, b := range row.blocks {
			row.cells[i] = cellText(blocks[b].lines)
		}
		return []pdfRow{row}
	}
	rows := make([]pdfRow, lines)
	for n := range rows {
		rows[n] = pdfRow{box: blocks[row.blocks[0]].lines[n].box, blocks: row.blocks}
		for _, b := range row.blocks {
			rows[n].include(blocks[b].lines[n].box)
			rows[n].cells = append(rows[n].cells, blocks[b].lines[n].text)
		}
	}
	return rows
}

func cellText(lines []pdfLine) string {
	text := lines[0].text
	for _, line := range lines[1:] {
		text = joinLines(text, line.text)
	}
	return text
}
