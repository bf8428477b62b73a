package agentconsole

import (
	"context"
	"errors"
	"io"
	"mime"
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
	// Skipped are members of archives that became no documents, each with its reason.
	Skipped []skipped `json:"skipped,omitempty"`
	Code    string    `json:"code,omitempty"`
	Error   string    `json:"error,omitempty"`
	Fix     string    `json:"fix,omitempty"`
}

// skipped is a member of an archive that was left out.
type skipped struct {
	Name  string `json:"name"`
	Cause string `json:"cause"`
	Error string `json:"error"`
	Fix   string `json:"fix"`
}

// addDocuments takes a form with files, or the address of a page.
func (h *Handler) addDocuments(c *gin.Context, me workspace.Session) error {
	if kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type")); err == nil && kind == "application/json" {
		return h.addAddress(c, me)
	}
	return h.addFiles(c, me)
}

// addAddress adds a page of the web. It is fetched by a job; what can be seen to be wrong without that is refused here.
func (h *Handler) addAddress(c *gin.Context, me workspace.Session) error {
	var body struct {
		URL   string `json:"url"`
		Title string `json:"title"`
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	if body.URL == "" {
		return bad("url: the address of a page; or send files as multipart/form-data.")
	}
	d, err := h.Knowledge.AddURL(c.Request.Context(), me.Agent.Workspace, body.URL, body.Title, me.Agent.ID)
	if err != nil {
		return err
	}
	c.JSON(http.StatusAccepted, uploaded{Items: []document{newDocument(d, nil)}})
	return nil
}

// addFiles takes files one by one as they arrive, so that a large upload costs the memory of its largest file. What was taken stays
// taken when the connection breaks off later: sending the same file again changes nothing.
func (h *Handler) addFiles(c *gin.Context, me workspace.Session) error {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxUpload)
	form, err := c.Request.MultipartReader()
	if err != nil {
		return errUpload
	}
	answer := uploaded{Items: []document{}}
	taken, parts := 0, 0
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return read(err)
		}
		more, err := h.addPart(c.Request.Context(), me, part)
		if err != nil {
			return err
		}
		answer.Items, answer.Skipped = append(answer.Items, more.Items...), append(answer.Skipped, more.Skipped...)
		for _, item := range more.Items {
			if item.State != knowledge.StateFailed {
				taken++
			}
		}
		if parts++; parts > maxUploadFiles {
			return bad("file: at most %d files in one upload.", maxUploadFiles)
		}
	}
	if parts == 0 {
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
	u.Code = "unreadable"
	if len(u.Items) == 0 {
		u.Error, u.Fix = u.Skipped[0].Error, u.Skipped[0].Fix
		return http.StatusUnprocessableEntity
	}
	u.Error, u.Fix = u.Items[0].Error, u.Items[0].Fix
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

func (h *Handler) addPart(ctx context.Context, me workspace.Session, part *multipart.Part) (uploaded, error) {
	if part.FormName() != "file" || part.FileName() == "" {
		return uploaded{}, errUpload
	}
	content, err := io.ReadAll(io.LimitReader(part, maxFile+1))
	if err != nil {
		return uploaded{}, read(err)
	}
	up := knowledge.Upload{FileName: fileName(part), ContentType: part.Header.Get("Content-Type"), Content: content, CreatedBy: me.Agent.ID}
	if len(content) > maxFile {
		return h.refused(up, knowledge.Failure{Code: causeTooLarge, Cause: "The file is over 20 MiB.", Fix: "Split it into several files, one for each subject."}), nil
	}
	added, err := h.Knowledge.AddAll(ctx, me.Agent.Workspace, up)
	if rejected := (*knowledge.Rejected)(nil); errors.As(err, &rejected) {
		return h.refused(up, rejected.Failure), nil
	}
	var out uploaded
	for _, d := range added.Documents {
		out.Items = append(out.Items, newDocument(d, nil))
	}
	for _, r := range added.Refused {
		out.Skipped = append(out.Skipped, skipped{Name: r.ID, Cause: r.Failure.Code, Error: r.Failure.Cause, Fix: r.Failure.Fix})
	}
	return out, err
}

// fileName is the name without the folders that some browsers send along.
func fileName(part *multipart.Part) string {
	return path.Base(strings.ReplaceAll(part.FileName(), `\`, "/"))
}

// refused is a file that was not stored. Its id names nothing; it only tells the entries of one answer apart.
func (h *Handler) refused(up knowledge.Upload, f knowledge.Failure) uploaded {
	now := stamp(h.Now())
	return uploaded{Items: []document{{
		ID: uuid.Must(uuid.NewV7()), Title: up.FileName, File: up.FileName, Type: typeOfName(up.FileName), Bytes: int64(len(up.Content)),
		State: knowledge.StateFailed, Cause: f.Code, Error: f.Cause, Fix: f.Fix, CreatedAt: now, UpdatedAt: now,
	}}}
}

func typeOfName(name string) string {
	return strings.ToUpper(strings.TrimPrefix(path.Ext(name), "."))
}
