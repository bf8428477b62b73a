// Package source reads what operators upload (PDF, Word, Markdown, HTML, plain
// text, tables of questions and answers) into sections with their heading path,
// splits sections into passages, and takes archives apart.
//
// It is pure but for one thing: bytes in, text out, no database and no clock, so
// that golden files test all of it. A PDF is parsed by pdftotext, a program of
// its own, of whose words and their places on the page this package makes text.
// It is not a renderer: links keep their words and lose their address, tables
// become lines, pictures become their description.
//
// It guards against files that are made to cost: what unpacks or unfolds without
// end is stopped at a bound. It does not guard against itself: a server reads
// through package reader, which runs this one in a child process with limits.
//
// What cannot be read comes back as an *Error, which says in plain words what
// happened and what to do about it; operators see both sentences. A file is
// read whole or not at all.
package source
