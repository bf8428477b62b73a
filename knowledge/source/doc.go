// Package source reads what operators upload, Markdown, HTML and plain text,
// into sections with their heading path, and splits sections into passages.
//
// It is pure: bytes in, text out, no database and no clock, so that golden files
// test all of it. It is not a renderer: links keep their words and lose their
// address, tables become lines, pictures become their description.
//
// What cannot be read comes back as an *Error, which says in plain words what
// happened and what to do about it; operators see both sentences. A file is
// read whole or not at all.
package source
