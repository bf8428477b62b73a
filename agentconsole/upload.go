package agentconsole

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/workspace"
)

const (
	// maxFile is the largest file that is taken in: help pages have a few KiB, and one file at a time is held in memory.
	maxFile = 20 << 20
	// maxUpload bounds one request: some hundred ordinary files. More of them come in several requests.
	maxUpload = 256 << 20
	// maxUploadFiles bounds how many jobs one request makes.
	maxUploadFiles = 500
)

// uploaded is the answer to an upload. Where no file at all was taken it is also an error, in the words of the first.
type uploaded struct {
	Items []document `json:"items"`
	Code  string     `json:"code,omitempty"`
	Error string     `json:"error,omitempty"`
	Fix   string     `json:"fix,omitempty"`
}

// addDocuments takes files one by one as they arrive, so that a large upload costs the memory of its largest file. What was taken stays
// taken when the connection breaks off later: sending the same file again changes nothing.
func (h *Handler) addDocuments(c *gin.Context, me workspace.Session) error {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxUpload)
	form, err := c.Request.MultipartReader()
	if err != nil {
		return errUpload
	}
	answer := uploaded{Items: []document{}}
	taken := 0
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return read(err)
		}
		item, err := h.addPart(c.Request.Context(), me, part)
		if err != nil {
			return err
		}
		if answer.Items = append(answer.Items, item); item.State != knowledge.StateFailed {
			taken++
		}
		if len(answer.Items) > maxUploadFiles {
			return bad("file: at most %d files in one upload.", maxUploadFiles)
		}
	}
	if len(answer.Items) == 0 {
		return errUpload
	}
	c.JSON(answer.status(taken), answer)
	return nil
}

// status is 202 where anything was taken. A lone file that is refused is an error of the call, so that a script notices.
func (u *uploaded) status(taken int) int {
	if taken > 0 {
		return http.StatusAccepted
	}
	u.Code, u.Error, u.Fix = "unreadable", u.Items[0].Error, u.Items[0].Fix
	for _, item := range u.Items {
		if item.Cause != causeTooLarge {
			return http.StatusUnprocessableEntity
		}
	}
	u.Code = "too_large"
	return http.StatusRequestEntityTooLarge
}

// causeTooLarge is the code by which package knowledge, too, names a file that is too large.
const causeTooLarge = "too_large"

func (h *Handler) addPart(ctx context.Context, me workspace.Session, part *multipart.Part) (document, error) {
	if part.FormName() != "file" || part.FileName() == "" {
		return document{}, errUpload
	}
	content, err := io.ReadAll(io.LimitReader(part, maxFile+1))
	if err != nil {
		return document{}, read(err)
	}
	up := knowledge.Upload{FileName: fileName(part), ContentType: part.Header.Get("Content-Type"), Content: content, CreatedBy: me.Agent.ID}
	if len(content) > maxFile {
		return h.refused(up, knowledge.Failure{Code: causeTooLarge, Cause: "The file is over 20 MiB.", Fix: "Split it into several files, one for each subject."}), nil
	}
	d, err := h.Knowledge.Add(ctx, me.Agent.Workspace, up)
	if rejected := (*knowledge.Rejected)(nil); errors.As(err, &rejected) {
		return h.refused(up, rejected.Failure), nil
	}
	return newDocument(d, nil), err
}

// fileName is the name without the folders that some browsers send along.
func fileName(part *multipart.Part) string {
	return path.Base(strings.ReplaceAll(part.FileName(), `\`, "/"))
}

// refused is a file that was not stored. Its id names nothing; it only tells the entries of one answer apart.
func (h *Handler) refused(up knowledge.Upload, f knowledge.Failure) document {
	now := stamp(h.Now())
	return document{
		ID: uuid.Must(uuid.NewV7()), Title: up.FileName, File: up.FileName, Type: typeOfName(up.FileName), Bytes: int64(len(up.Content)),
		State: knowledge.StateFailed, Cause: f.Code, Error: f.Cause, Fix: f.Fix, CreatedAt: now, UpdatedAt: now,
	}
}

func typeOfName(name string) string {
	return strings.ToUpper(strings.TrimPrefix(path.Ext(name), "."))
}
