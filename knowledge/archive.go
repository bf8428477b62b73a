package knowledge

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/knowledge/source"
)

// Added is what became of an upload: the documents it made, and what was left
// out of it, each with its reason.
type Added struct {
	Documents []Document
	Refused   []Refusal
}

// AddAll is Add for a file that may be an archive: each of its members becomes a
// document of its own, whose external id is its path in the archive, and what
// cannot be one is listed with its reason. A lone file that is refused is
// *Rejected, like an archive that is refused as a whole. Members are stored one
// by one, so what was stored before an error stays.
func (s *Store) AddAll(ctx context.Context, workspaceID uuid.UUID, up Upload) (Added, error) {
	format, err := source.Judge(source.File{Name: up.FileName, ContentType: up.ContentType, Content: up.Content})
	if err != nil || format != source.ZIP {
		d, err := s.Add(ctx, workspaceID, up)
		if err != nil {
			return Added{}, err
		}
		return Added{Documents: []Document{d}}, nil
	}
	var added Added
	for m, err := range source.Members(up.Content) {
		if err != nil {
			if rejected := reject(err); len(added.Documents) == 0 {
				return added, rejected
			}
			added.Refused = append(added.Refused, Refusal{up.FileName, failureOf(err)})
			break
		}
		if m.Skipped != nil {
			added.Refused = append(added.Refused, Refusal{m.Name, failureOf(m.Skipped)})
			continue
		}
		d, err := s.Add(ctx, workspaceID, Upload{
			ExternalID: m.Name, FileName: path.Base(m.Name), Content: m.Content, Section: folder(m.Name), Locale: up.Locale, ContentAt: m.Modified, CreatedBy: up.CreatedBy,
		})
		if rejected := (*Rejected)(nil); errors.As(err, &rejected) {
			added.Refused = append(added.Refused, Refusal{m.Name, rejected.Failure})
			continue
		}
		if err != nil {
			return added, fmt.Errorf("add archive: %w", err)
		}
		added.Documents = append(added.Documents, d)
	}
	if len(added.Documents) == 0 && len(added.Refused) == 0 {
		return added, &Rejected{Failure: Failure{source.CodeEmpty, "The archive holds no documents.", "Pack the files again, and look whether they are in it."}}
	}
	return added, nil
}

// folder is the innermost folder of a path, which in a folder of help pages is
// the part of the help centre: "help/payments/upi.md" is in "payments".
func folder(name string) string {
	dir := path.Base(path.Dir(name))
	if dir == "." || dir == "/" {
		return ""
	}
	return strings.Join(strings.FieldsFunc(dir, func(r rune) bool { return r == '-' || r == '_' || r == ' ' }), " ")
}
