package source

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Limits of an archive. A help centre has some hundred pages; what is beyond
// these is a mistake or an attack.
const (
	maxMembers     = 1000
	maxUnpacked    = 256 << 20 // bytes of all members together
	maxMemberName  = 512       // bytes, as for the external id it becomes
	maxMemberDepth = 20        // folders within each other
)

// A Member is one file of an archive, or the reason why it was left out.
type Member struct {
	Name     string // its path in the archive, with "/" between folders
	Content  []byte
	Modified time.Time // zero where the archive does not say
	Skipped  *Error
}

// Members takes an archive apart, one member at a time. What computers leave in
// archives for themselves (hidden files, __MACOSX) is passed over in silence;
// everything else that is not given out comes with its reason. The error is
// about the archive as a whole: nothing, or nothing more, is read of it.
func Members(content []byte) iter.Seq2[Member, error] {
	return func(yield func(Member, error) bool) {
		archive, err := openArchive(content)
		if err != nil {
			yield(Member{}, err)
			return
		}
		left := int64(maxUnpacked)
		for _, file := range archive.File {
			if file.FileInfo().IsDir() || ownedByComputers(file.Name) {
				continue
			}
			m, err := member(file, left)
			if err != nil {
				yield(Member{}, err)
				return
			}
			left -= int64(len(m.Content))
			if !yield(m, nil) {
				return
			}
		}
	}
}

// openArchive reads the directory. Its size is judged before: a file of 20 MiB
// can name half a million members.
func openArchive(content []byte) (*zip.Reader, error) {
	if bytes.Count(content, []byte("PK\x01\x02")) > 2*maxMembers {
		return nil, errArchiveTooMany()
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, errDamaged("its directory could not be read")
	}
	if len(archive.File) > maxMembers {
		return nil, errArchiveTooMany()
	}
	return archive, nil
}

func ownedByComputers(name string) bool {
	for part := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		if part == "__MACOSX" || part == "Thumbs.db" || part == "desktop.ini" || (strings.HasPrefix(part, ".") && part != "." && part != "..") {
			return true
		}
	}
	return false
}

// encryptedFlag is set on members that a password protects.
const encryptedFlag = 0x1

func member(file *zip.File, left int64) (Member, error) {
	m := Member{Name: memberName(file), Modified: file.Modified}
	if m.Modified.Year() < 1981 {
		m.Modified = time.Time{} // No date: the format's own zero is 1980.
	}
	switch {
	case !safe(m.Name):
		m.Name, m.Skipped = strings.ToValidUTF8(m.Name, "�"), errArchiveName()
		return m, nil
	case file.Flags&encryptedFlag != 0:
		m.Skipped = errEncrypted()
		return m, nil
	}
	if _, err := Detect(m.Name, "", nil); err != nil {
		errors.As(err, &m.Skipped)
		return m, nil
	}
	content, err := unpack(file, min(MaxBytes, left)+1)
	switch {
	case int64(len(content)) > left:
		return m, errArchiveBomb()
	case len(content) > MaxBytes:
		m.Skipped = TooLarge(MaxBytes + 1)
		return m, nil
	case err != nil:
		m.Skipped = errDamaged("it could not be unpacked")
		return m, nil
	}
	format, err := Detect(m.Name, "", content)
	switch {
	case err != nil:
		errors.As(err, &m.Skipped)
	case format == ZIP:
		m.Skipped = errArchiveNested()
	case len(bytes.TrimSpace(content)) == 0:
		m.Skipped = errEmpty()
	default:
		m.Content = content
	}
	return m, nil
}

// unpack reads at most limit bytes of a member, whatever its header says of its
// size.
func unpack(file *zip.File, limit int64) ([]byte, error) {
	in, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(io.LimitReader(in, limit))
}

// memberName is the name in UTF-8. Old programs write it in the character set
// of the first PC, and say so by leaving a flag out.
func memberName(file *zip.File) string {
	name := file.Name
	if !utf8.ValidString(name) {
		if decoded, err := charmap.CodePage437.NewDecoder().String(name); err == nil {
			name = decoded
		}
	}
	return plainPath(strings.ReplaceAll(name, `\`, "/"))
}

// safe refuses names that would lead out of a folder, or could be no name.
func safe(name string) bool {
	if name == "" || len(name) > maxMemberName || !utf8.ValidString(name) || strings.ContainsAny(name, "\x00\n\r") || path.IsAbs(name) || strings.Contains(name, ":/") {
		return false
	}
	parts := strings.Split(name, "/")
	if len(parts) > maxMemberDepth {
		return false
	}
	for _, part := range parts {
		if part == ".." || part == "." || part == "" {
			return false
		}
	}
	return true
}

// NoDocument is the error for an archive where a document is expected.
func NoDocument() *Error {
	return &Error{
		CodeArchive, "This is an archive of files, not a document.",
		"Upload it where archives are taken, or unpack it and upload its files.",
	}
}

func errArchiveNested() *Error {
	return &Error{CodeArchiveNested, "This is an archive inside the archive.", "Unpack it and add its files to the outer archive, or upload it by itself."}
}

func errArchiveName() *Error {
	return &Error{CodeArchiveName, "Its path leads out of the archive, or is no readable name.", "Pack the folder again with ordinary file names."}
}

func errArchiveTooMany() *Error {
	return &Error{CodeArchiveTooMany, fmt.Sprintf("The archive holds more than %d files.", maxMembers), "Split it into several archives."}
}

func errArchiveBomb() *Error {
	return &Error{
		CodeArchiveBomb, fmt.Sprintf("The archive unpacks to more than %d MiB.", maxUnpacked>>20),
		"Leave out what visitors never ask about, or split it into several archives.",
	}
}
