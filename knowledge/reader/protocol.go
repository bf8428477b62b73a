package reader

import (
	"github.com/baton-chat/baton/knowledge/source"
)

// The child reads one line of JSON, the request, and then the bytes of the file
// up to the end of its input. It answers in lines of JSON: any number with
// progress, and a last one with the document or the cause.
type request struct {
	Name        string `json:"name"`
	ContentType string `json:"content_type"`
	PDFToText   string `json:"pdftotext"`
	Limits      Limits `json:"limits"`
}

type answer struct {
	Done     int            `json:"done,omitempty"`
	Total    int            `json:"total,omitempty"`
	Document *source.Source `json:"document,omitempty"`
	Failure  *source.Error  `json:"failure,omitempty"`
	// Error is a fault that is none of the file's: no space for its copy, say.
	Error string `json:"error,omitempty"`
}

// Limits of one reading.
type Limits struct {
	// Memory is the most data that each process may have, in bytes, and Resident
	// what the group may hold of the machine's memory together.
	Memory   int64 `json:"memory"`
	Resident int64 `json:"resident"`
	// CPU is processor time of each process, in seconds.
	CPU int `json:"cpu"`
	// Files is the largest file that may be written, in bytes.
	Files int64 `json:"files"`
	// Wall and Idle are milliseconds on the clock: in all, and without progress.
	Wall int `json:"wall"`
	Idle int `json:"idle"`
}

// DefaultLimits are far above what honest documents take (a PDF of 300 pages:
// 2 s and 60 MiB), and below what a server of 2 GiB notices. Idle is less than
// the 60 s after which a document counts as stuck.
func DefaultLimits() Limits {
	return Limits{Memory: watched * 384 << 20, Resident: watched * 480 << 20, CPU: watched * 15, Files: 64 << 20, Wall: 45_000, Idle: 20_000}
}

const (
	// maxAnswer is the longest answer, 64 MiB: the most text of a document with
	// its escapes.
	maxAnswer = 64 << 20
	// softMemory is where the child's collector begins to work harder: below the
	// limit, so that a large document is slow before it is refused.
	softMemory = 256 << 20
	// stackBytes is how deep the child may recurse.
	stackBytes = 64 << 20
	// openFiles is more than the pipes and files that a reading needs.
	openFiles = 64
)
