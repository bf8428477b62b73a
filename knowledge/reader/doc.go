// Package reader reads documents in a child process, so that a file made to do
// harm harms nothing but its own reading.
//
// Parsers meet files of strangers: a PDF that loops, a page that unpacks into
// gigabytes, a table that crashes a library in a way that cannot be recovered.
// A [Reader] starts the program's own hidden command for each file, gives it
// the file on standard input, and takes back sections, or the cause why there
// are none. [Main] is the other side. What is read and how is package source's
// business; this package is about where.
//
// # What the child may
//
// It and the programs it starts (pdftotext, pdfinfo) make one process group.
// Everywhere: processor time, size of data and of files written, and open files
// are limited by the kernel; time on the clock is limited, and time without a
// page of progress more tightly; the environment is empty; the one directory it
// is told to write to is its own and is removed; it runs at a low priority, one
// at a time; the group is killed when the reading ends, however it ends, and
// when the server dies.
//
// On Linux besides: the memory of the whole group is watched; it is the first
// to go when the machine runs out of memory; system calls that make sockets,
// trace other processes or set up namespaces are refused by a filter that
// neither it nor pdftotext can take off (seccomp; amd64 and arm64); called by
// root it becomes nobody; and where the kernel allows it, as it does for root
// and where unprivileged user namespaces are on, it stands in a network
// namespace of its own without a single interface. So there is no network twice
// over for most, and once (the filter) inside containers that allow no
// namespaces. Elsewhere, on macOS, nothing keeps it from the network but that
// no reader uses one: run servers that read files of strangers on Linux. It can
// read the files that its user can read; nothing it returns but text reaches
// anybody.
//
// # When something fails
//
// Every end has its cause in plain words, a *source.Error: what the reader
// found out itself, too_complex for a limit that was reached or a hang, damaged
// for a crash and for an answer that is none. Errors that are none of the
// file's fault (no process could be started, the machine had no time for it, the
// server stops) come as they are, and the job is tried again. For how long a
// child only waited for a processor is known on Linux and does not count. What a
// killed server leaves behind in the temporary directory the next one sweeps.
package reader
