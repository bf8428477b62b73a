package source

import "fmt"

// The codes name why a file could not be read. They are stored and shown, so
// they never change their meaning.
const (
	CodeEmpty     = "empty"
	CodeTooLarge  = "too_large"
	CodeWrongType = "wrong_type"
	CodeNotText   = "not_text"
	CodeCharset   = "charset"
	CodeNoText    = "no_text"
	CodeDamaged   = "damaged"
	CodeTooLong   = "too_long"
)

// An Error says why a file could not be read and how to mend it. Cause and Fix
// are full sentences for the operator, in English; Code lets a screen say them
// in another language.
type Error struct {
	Code, Cause, Fix string
}

func (e *Error) Error() string { return e.Cause + " " + e.Fix }

// MaxBytes is the largest file that is read, 20 MiB. A help page is a few KiB;
// the limit is what one worker may hold several times over while it reads.
const MaxBytes = 20 << 20

// MaxPassages is the most passages one document may give, about 2,000 pages of
// text. Beyond it a file is a data dump, which belongs into an import.
const MaxPassages = 5000

// TooLarge is the error for a file over MaxBytes. It is exported because an
// upload is refused by its size before its bytes are read.
func TooLarge(size int64) *Error {
	return &Error{
		CodeTooLarge,
		fmt.Sprintf("The file is %.1f MiB, and at most %d MiB are read.", float64(size)/(1<<20), MaxBytes>>20),
		"Split it into several files, or leave out what visitors never ask about.",
	}
}

func errEmpty() *Error {
	return &Error{CodeEmpty, "The file is empty.", "Upload the file again, once it has text in it."}
}

func errNoText() *Error {
	return &Error{
		CodeNoText, "The file has no readable text; it may hold only pictures, scripts or menus.",
		"Upload the page's text as Markdown or plain text.",
	}
}

func errNotText() *Error {
	return &Error{
		CodeNotText, "This is not a text file: it holds bytes that no text has.",
		"Export it as Markdown, HTML or plain text, and upload that.",
	}
}

func errCharset() *Error {
	return &Error{
		CodeCharset, "The text's character set could not be recognised; it is not UTF-8.",
		"Save the file as UTF-8 and upload it again.",
	}
}

func errWrongType(what string) *Error {
	return &Error{
		CodeWrongType, "This is " + what + ", which cannot be read here.",
		"Export it as Markdown (.md), HTML (.html) or plain text (.txt), and upload that.",
	}
}

func errDamaged(detail string) *Error {
	return &Error{CodeDamaged, "The file is damaged: " + detail + ".", "Open it in an editor, save it again, and upload the new copy."}
}

func errTooLong(passages int) *Error {
	return &Error{
		CodeTooLong, fmt.Sprintf("The text makes %d passages, and at most %d are kept for one document.", passages, MaxPassages),
		"Split it into several files, one for each subject.",
	}
}
