package assistant

import (
	"context"
	"errors"

	"github.com/baton-chat/baton/knowledge"
)

// ErrNoAnswer is what a model returns when the passages do not hold the answer. It is not a fault: the visitor is told so.
var ErrNoAnswer = errors.New("the passages do not hold the answer")

// Question is what a model is given: the visitor's message and what the knowledge base has about it, best first.
type Question struct {
	Text     string
	Language string
	// History is the talk before, oldest first, since the last handoff.
	History  []knowledge.Turn
	Passages []knowledge.Passage
	// Further are those that come next. They are not quoted; their lists tell what belongs to what.
	Further []knowledge.Passage
	// Confidence is the search's estimate, 0 to 1, that the passages hold the answer.
	Confidence float64
	// Company is whom the answer speaks for.
	Company Company
	// Parts are the questions where several are asked at once, each with what was found for it by itself; Text and Passages are then those of all together.
	Parts []Question
	// Asked are the message's words and what they mean in this knowledge base. Empty where that was not looked up.
	Asked []knowledge.Word
	// Gloss is the question read word by word in the pages' language, where the passages were found by that; for a model that goes by words.
	Gloss string
	// Embed turns texts into vectors (knowledge.Store.Embed), for a model that compares sentences across languages. Nil, or an error from it: words have to do.
	Embed func(ctx context.Context, kind knowledge.EmbedKind, texts []string) ([][]float32, error)
	// crossing is what was read of Passages by meaning already.
	crossing *crossing
}

// Company is what a model is told about the workspace: its name, and how it greets visitors.
type Company struct{ Name, Greeting string }

// Usage is what an answer cost, in tokens, as the endpoint counts them.
type Usage struct{ Prompt, Completion int }

// Piece is a bit of an answer as it is written: words, or, behind them, the passage that they stand on.
type Piece struct {
	Text string
	// Passage counts from 1 in Question.Passages; 0 means that this is text.
	Passage int
	// Quote stands verbatim in the passage; models that write in their own words leave it empty.
	Quote string
	// Usage comes by itself, where the endpoint tells it.
	Usage *Usage
}

// Model writes answers. Only the words of [Extractive], which quotes, are shown as they come; those of all others are checked sentence by sentence.
// Stream emits an answer piece by piece and returns nil only when the answer is complete. It returns
// ErrNoAnswer where the passages do not hold it, the context's cause when it was stopped, and any other error for a fault of its own.
// emit is called from Stream's goroutine.
type Model interface {
	Stream(ctx context.Context, q Question, emit func(Piece)) error
}
