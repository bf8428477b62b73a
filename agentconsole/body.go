package agentconsole

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// maxBody bounds a JSON body: the longest message with every byte escaped a little still fits, as in docs/protocol.md.
const maxBody = 96 << 10

// decode reads a JSON body strictly: its size is limited before it is parsed, and a field that is not known is refused rather than ignored, so that
// a misspelt one does not pass for an empty one.
func decode(c *gin.Context, into any) error {
	if kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type")); err != nil || kind != "application/json" {
		return bad("Send the body as application/json.")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	if err != nil {
		return read(err)
	}
	return strict(raw, into)
}

// read tells a body that broke off from one that is too large.
func read(err error) error {
	if size := (*http.MaxBytesError)(nil); errors.As(err, &size) {
		return err
	}
	return bad("The body broke off.")
}

func strict(raw []byte, into any) error {
	reader := json.NewDecoder(bytes.NewReader(raw))
	reader.DisallowUnknownFields()
	err := reader.Decode(into)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return bad("%s: a %s is expected here.", kind.Field, kind.Type)
	case err != nil:
		return bad("The body is not the JSON object of this call: %s.", err)
	}
	if _, err := reader.Token(); !errors.Is(err, io.EOF) {
		return bad("The body holds more than one JSON value.")
	}
	return nil
}

// merge appends the members of one JSON object to another's.
func merge(object, more []byte) []byte {
	if len(more) <= len("{}") {
		return object
	}
	out := append(make([]byte, 0, len(object)+len(more)), object[:len(object)-1]...)
	return append(append(out, ','), more[1:]...)
}

// stamp is a time as the API writes it: UTC, with up to three decimals.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func stampOf(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := stamp(*t)
	return &at
}
