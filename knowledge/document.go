package knowledge

import (
	"time"

	"github.com/google/uuid"
)

// A State is how far a document has come. A document is found by its words from
// StateEmbedding on, and by meaning from StateReady on.
type State string

// The states, in the order a document passes them.
const (
	StateQueued    State = "queued"
	StateReading   State = "reading"
	StateSplitting State = "splitting"
	StateEmbedding State = "embedding"
	StateReady     State = "ready"
	StateFailed    State = "failed"
)

// An Origin is where a document's content comes from.
type Origin string

// The origins.
const (
	OriginFile Origin = "file" // was uploaded, or read from a disk
	OriginURL  Origin = "url"  // is fetched from its address
	OriginText Origin = "text" // came as text, in an import
)

// A Document is one source of the knowledge base as staff see it.
type Document struct {
	ID          uuid.UUID `json:"id"`
	ExternalID  string    `json:"external_id"`
	Title       string    `json:"title"`
	URL         string    `json:"url"`
	Locale      string    `json:"locale"`
	Section     string    `json:"section"` // the part of the help centre it belongs to, or ""
	Origin      Origin    `json:"origin"`
	ContentType string    `json:"content_type"`
	FileName    string    `json:"file_name"`
	Size        int64     `json:"size"` // bytes
	State       State     `json:"state"`
	Done        int       `json:"done"`  // pages read, while reading; passages with their vector, while embedding
	Total       int       `json:"total"` // of so many; 0 where that is not known yet
	Passages    int       `json:"passages"`
	Pages       int       `json:"pages"` // of a PDF; otherwise 0
	// Stuck means that it is under way and has not moved for StuckAfter. It is
	// set going again by itself.
	Stuck     bool      `json:"stuck"`
	FetchedAt time.Time `json:"fetched_at,omitzero"` // when its address was last asked
	Failure   *Failure  `json:"failure"`             // set in StateFailed, and while a failed step is tried again
	CreatedBy uuid.UUID `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// A Failure says why a document is not ready. Cause and Fix are full sentences
// for the operator; Code lets a screen say them in another language.
type Failure struct {
	Code  string `json:"code"`
	Cause string `json:"cause"`
	Fix   string `json:"fix"`
}

// A Passage is a piece of a document that a search found. Heading is the path
// of headings down to it. Score is never negative, and higher is better; its
// unit depends on how the search was done. WordScore is BM25, MeaningScore the
// cosine of the vectors, 0 where there is none.
type Passage struct {
	ChunkID      uuid.UUID `json:"chunk_id"`
	DocumentID   uuid.UUID `json:"document_id"`
	ExternalID   string    `json:"external_id"`
	Title        string    `json:"title"`
	Heading      []string  `json:"heading"`
	URL          string    `json:"url"`
	Text         string    `json:"text"`
	Locale       string    `json:"locale"`
	Position     int       `json:"position"`
	Page         int       `json:"page"` // the page it begins on, from 1; 0 where there are none
	Updated      time.Time `json:"updated"`
	Score        float64   `json:"score"`
	WordScore    float64   `json:"word_score"`
	MeaningScore float64   `json:"meaning_score"`
}

// A Turn is an earlier message of the conversation.
type Turn struct {
	Role string `json:"role"` // visitor or assistant
	Text string `json:"text"`
}
