// Package jsonl reads files of JSON Lines whole, for the fits and measurements of several packages (build tag fit), which read the same public sets.
package jsonl

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// maxLine is the longest line, 16 MiB: a dialogue of hundreds of turns, or a page.
const maxLine = 16 << 20

// Read returns the rows of a file, one a line.
func Read[T any](path string) ([]T, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var rows []T
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var row T
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("%s, row %d: %w", path, len(rows)+1, err)
		}
		rows = append(rows, row)
	}
	return rows, lines.Err()
}
