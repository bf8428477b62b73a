package source

import (
	"fmt"
	"io/fs"
)

// The codes name why a file could not be read. They are stored and shown, so
// they never change their meaning; docs/documents.md lists them.
const (
	CodeEmpty          = "empty"
	CodeTooLarge       = "too_large"
	CodeWrongType      = "wrong_type"
	CodeNotText        = "not_text"
	CodeCharset        = "charset"
	CodeNoText         = "no_text"
	CodeDamaged        = "damaged"
	CodeTooLong        = "too_long"
	CodeTooComplex     = "too_complex"
	CodeEncrypted      = "encrypted"
	CodeCopyProtected  = "copy_protected"
	CodeScanned        = "scanned"
	CodeGarbled        = "garbled"
	CodeMacros         = "macros"
	CodeOldFormat      = "old_format"
	CodeNoPDFToText    = "missing_pdftotext"
	CodeTableColumns   = "table_columns"
	CodeTableQuotes    = "table_quotes"
	CodeTableRows      = "table_rows"
	CodeArchive        = "archive"
	CodeArchiveNested  = "archive_nested"
	CodeArchiveName    = "archive_name"
	CodeArchiveTooMany = "archive_too_many"
	CodeArchiveBomb    = "archive_bomb"
)

// An Error says why a file could not be read and how to mend it. Cause and Fix
// are full sentences for the operator, in English; Code lets a screen say them
// in another language.
type Error struct {
	Code  string `json:"code"`
	Cause string `json:"cause"`
	Fix   string `json:"fix"`
}

func (e *Error) Error() string { return e.Cause + " " + e.Fix }

// MaxBytes is the largest file that is read, 20 MiB. A help page is a few KiB;
// the limit is what one worker may hold several times over while it reads.
const MaxBytes = 20 << 20

// MaxPassages is the most passages one document may give, about 2,000 pages of
// text. Beyond it a file is a data dump, which belongs into an import.
const MaxPassages = 5000

// maxTextBytes is the most text that is taken out of one file, 16 MiB: what
// MaxPassages passages can hold at most, and so the point where a small file
// that unpacks into endless text is stopped.
const maxTextBytes = 16 << 20

// TooLarge is the error for a file over MaxBytes. It is exported because an
// upload is refused by its size before its bytes are read.
func TooLarge(size int64) *Error {
	cause := fmt.Sprintf("The file has %.1f MiB, and at most %d MiB are read.", float64(size)/(1<<20), MaxBytes>>20)
	if size-MaxBytes < 100<<10 {
		// Rounded to a tenth it would be as large as the limit, or its size is not known.
		cause = fmt.Sprintf("The file has more than %d MiB, which is the most that is read.", MaxBytes>>20)
	}
	return &Error{
		CodeTooLarge, cause,
		"Split it into several files, or leave out what visitors never ask about.",
	}
}

// NoFile is the error for a name in a folder behind which there is no file, or
// one somewhere else. It is exported for whoever walks the folder.
func NoFile(mode fs.FileMode) *Error {
	if mode&fs.ModeSymlink != 0 {
		return &Error{CodeWrongType, "This is a link to a file somewhere else, which is not followed.", "Put a copy of the file into the folder, or name the file itself."}
	}
	return &Error{CodeWrongType, "This is no file but a directory, a pipe or a device.", "Leave it out, or put a file in its place."}
}

// TooComplex is the error for a file that costs more time or memory than any
// honest document. It is exported for whoever limits the reading.
func TooComplex(what string) *Error {
	return &Error{
		CodeTooComplex, "The file is too complex to be read: " + what + ".",
		"Print it to a new PDF or save it as plain text, and upload that; a very long file can be split.",
	}
}

// Crashed is the error for a file over which the reader died.
func Crashed() *Error {
	return &Error{
		CodeDamaged, "The file is damaged: the reader broke down over it.",
		"Open it in the program it was made with, save it again, and upload the new copy.",
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
		"Export it as PDF, DOCX, Markdown, HTML or plain text, and upload that.",
	}
}

func errCharset() *Error {
	return &Error{
		CodeCharset, "The text's character set could not be recognised; it is not UTF-8.",
		"Save the file as UTF-8 and upload it again.",
	}
}

func errWrongType(what, fix string) *Error {
	if fix == "" {
		fix = "Export it as PDF, DOCX, Markdown, HTML, CSV or plain text, and upload that."
	}
	return &Error{CodeWrongType, "This is " + what + ", which cannot be read here.", fix}
}

func errDamaged(detail string) *Error {
	return &Error{CodeDamaged, "The file is damaged: " + detail + ".", "Open it in the program it was made with, save it again, and upload the new copy."}
}

func errTooLong(passages int) *Error {
	return &Error{
		CodeTooLong, fmt.Sprintf("The text makes %d passages, and at most %d are kept for one document.", passages, MaxPassages),
		"Split it into several files, one for each subject.",
	}
}

func errTooMuchText() *Error {
	return &Error{
		CodeTooLong, fmt.Sprintf("The file holds more than %d MiB of text.", maxTextBytes>>20),
		"Split it into several files, one for each subject.",
	}
}

func errTooManyPages(pages int) *Error {
	return &Error{
		CodeTooLong, fmt.Sprintf("The file says that it has %d pages, and at most %d are read.", pages, maxPages),
		"Split it into several files, one for each subject.",
	}
}

func errEncrypted() *Error {
	return &Error{
		CodeEncrypted, "The file is protected by a password, so nobody can read it without.",
		"Remove the password in the program it was made with, and upload the new copy.",
	}
}

func errCopyProtected() *Error {
	return &Error{
		CodeCopyProtected, "The PDF forbids copying its text.",
		"Export it again without that restriction, and upload the new copy.",
	}
}

func errScanned(pages int) *Error {
	cause := fmt.Sprintf("All %d pages are pictures, so there is no text to read.", pages)
	if pages == 1 {
		cause = "Its one page is a picture, so there is no text to read."
	}
	return &Error{CodeScanned, cause, "Run text recognition (OCR) over it, or upload the file it was printed from."}
}

func errGarbled() *Error {
	return &Error{
		CodeGarbled, "The PDF draws its letters without saying which letters they are, so its text cannot be copied.",
		"Export it again with embedded Unicode fonts, or run text recognition (OCR) over it.",
	}
}

func errMacros() *Error {
	return &Error{
		CodeMacros, "The Word file contains macros, which are programs.",
		"Save it as a Word document without macros (.docx), and upload that.",
	}
}

func errOldFormat(what, as string) *Error {
	return &Error{CodeOldFormat, "This is " + what + ".", "Save it as " + as + ", and upload that."}
}

func errNoPDFToText() *Error {
	return &Error{
		CodeNoPDFToText, "This server lacks pdftotext, the program that reads PDF files.",
		"Install it with `make setup`, or as the package poppler-utils, and try again.",
	}
}

func errTableColumns() *Error {
	return &Error{
		CodeTableColumns, "The table has only one column; questions and answers need two.",
		"Put the question into the first column and its answer into the second; separate them by commas, semicolons or tabs.",
	}
}

func errTableQuotes(line int) *Error {
	return &Error{
		CodeTableQuotes, fmt.Sprintf("The quotation marks around a cell do not match near line %d of the table.", line),
		"Close each quoted cell, and write a quotation mark inside one twice; a spreadsheet's own export does both.",
	}
}

func errTableRows(rows int) *Error {
	return &Error{
		CodeTableRows, fmt.Sprintf("The table has %d rows, and at most %d are read.", rows, MaxPassages),
		"Split it into several files, one for each subject.",
	}
}
