package agentconsole

import (
	"encoding/hex"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/baton-chat/baton/knowledge"
	"github.com/baton-chat/baton/workspace"
)

// maxHashes bounds one question about contents: a dropped folder comes in several.
const maxHashes = 500

// knownContent is a content that is here already.
type knownContent struct {
	Hash  string    `json:"hash"`
	ID    uuid.UUID `json:"id"`
	Title string    `json:"title"`
	File  string    `json:"file"`
}

// knownDocuments tells which contents are here already, before they are sent. It decides nothing: the upload itself is judged again.
func (h *Handler) knownDocuments(c *gin.Context, me workspace.Session) error {
	var body struct {
		Hashes []string `json:"hashes"`
	}
	if err := decode(c, &body); err != nil {
		return err
	}
	if len(body.Hashes) > maxHashes {
		return bad("hashes: at most %d in one question.", maxHashes)
	}
	hashes := make([][]byte, len(body.Hashes))
	for i, text := range body.Hashes {
		hash, err := hex.DecodeString(text)
		if err != nil || len(hash) != 32 {
			return bad("hashes: SHA-256 of each content, as 64 hexadecimal digits.")
		}
		hashes[i] = hash
	}
	known, err := h.Knowledge.KnownContents(c.Request.Context(), me.Agent.Workspace, hashes)
	if err != nil {
		return err
	}
	items := []knownContent{}
	for hash, d := range known {
		items = append(items, knownContent{Hash: hex.EncodeToString(hash[:]), ID: d.ID, Title: d.Title, File: d.FileName})
	}
	c.JSON(http.StatusOK, gin.H{"items": items})
	return nil
}

// documentFile sends what was uploaded. It is somebody's file and not ours: browsers save it and never show it under this origin, whatever it says of itself.
func (h *Handler) documentFile(c *gin.Context, me workspace.Session, id uuid.UUID) error {
	ctx := c.Request.Context()
	d, err := h.Knowledge.Get(ctx, me.Agent.Workspace, id)
	if err != nil {
		return err
	}
	content, err := h.Knowledge.File(ctx, me.Agent.Workspace, id)
	if err != nil {
		return err
	}
	if content == nil {
		return knowledge.ErrUnknown
	}
	name := d.FileName
	if name == "" {
		name = d.Title
	}
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.Header("Content-Security-Policy", "sandbox; default-src 'none'")
	c.Header("Cross-Origin-Resource-Policy", "same-origin")
	c.Data(http.StatusOK, "application/octet-stream", content)
	return nil
}
