package agentconsole_test

import (
	"archive/zip"
	"bytes"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
)

type file struct{ name, text string }

// files uploads files in one request.
func (b *browser) files(files ...file) reply {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range files {
		part, err := form.CreateFormFile("file", f.name)
		b.ok(err)
		_, err = part.Write([]byte(f.text))
		b.ok(err)
	}
	b.ok(form.Close())
	return b.send("POST", "/api/console/documents", form.FormDataContentType(), &body)
}

type papers struct {
	Items []struct {
		ID                                          uuid.UUID
		Title, File, Type, State, Cause, Error, Fix string
		Bytes                                       int64
	}
	Counts struct{ All, Progress, Failed int }
	Next   string
}

func (s *shop) upload(b *browser, f file) uuid.UUID {
	s.t.Helper()
	got := into[papers](b.files(f).want(http.StatusAccepted))
	if len(got.Items) != 1 {
		s.t.Fatalf("one upload gave %+v", got)
	}
	return got.Items[0].ID
}

func TestUploadListReadDelete(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.priya)
	screen := b.socket()
	got := into[papers](b.files(file{`C:\help\shipping.md`, "# Shipping charges\n\nFree over ₹2,500."}, file{"photo.md", "\x89PNG\r\n\x1a\n\x00\x01"}).want(http.StatusAccepted))
	if len(got.Items) != 2 {
		t.Fatalf("the upload gave %+v", got)
	}
	good, bad := got.Items[0], got.Items[1]
	if good.State != "queued" || good.File != "shipping.md" || good.Type != "MD" || good.Bytes == 0 {
		t.Errorf("the good file is %+v", good)
	}
	if bad.State != "failed" || bad.Cause == "" || bad.Error == "" || bad.Fix == "" {
		t.Errorf("the picture is %+v", bad)
	}
	screen.until("the document", func(f frame) bool { return f.T == "document" && f.Document != nil && f.Document.ID == good.ID })
	list := into[papers](b.call("GET", "/documents", nil).want(http.StatusOK))
	if len(list.Items) != 1 || list.Counts.All != 1 || list.Counts.Progress != 1 {
		t.Errorf("the list is %+v", list)
	}
	if found := into[papers](b.call("GET", "/documents?q=SHIPP", nil).want(http.StatusOK)); len(found.Items) != 1 {
		t.Errorf("searching found %+v", found.Items)
	}
	if found := into[papers](b.call("GET", "/documents?q=warranty", nil).want(http.StatusOK)); len(found.Items) != 0 {
		t.Errorf("searching found %+v", found.Items)
	}
	if found := into[papers](b.call("GET", "/documents?state=failed", nil).want(http.StatusOK)); len(found.Items) != 0 {
		t.Errorf("failed are %+v", found.Items)
	}
	b.call("GET", "/documents?state=odd", nil).refused(http.StatusBadRequest, "bad_request")
	b.call("POST", "/documents/"+good.ID.String()+"/retry", nil).want(http.StatusAccepted)
	b.call("DELETE", "/documents/"+good.ID.String(), nil).want(http.StatusNoContent)
	screen.until("the deletion", func(f frame) bool { return f.T == "document" && f.Deleted })
	b.call("GET", "/documents/"+good.ID.String(), nil).refused(http.StatusNotFound, "not_found")
}

func TestUploadRefuses(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.priya)
	picture := b.files(file{"photo.txt", "\x89PNG\r\n\x1a\n\x00\x01"}).refused(http.StatusUnprocessableEntity, "unreadable")
	if got := into[papers](picture); len(got.Items) != 1 || got.Items[0].State != "failed" || got.Items[0].File != "photo.txt" {
		t.Errorf("the refused file is %+v", got.Items)
	}
	b.files(file{"big.txt", strings.Repeat("words ", 4<<20)}).refused(http.StatusRequestEntityTooLarge, "too_large")
	b.files().refused(http.StatusBadRequest, "bad_request")
	b.call("POST", "/documents", struct{}{}).refused(http.StatusBadRequest, "bad_request")
	b.send("POST", "/api/console/documents", "multipart/form-data; boundary=x", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.md\"\r\n\r\nhalf")).
		refused(http.StatusBadRequest, "bad_request")
}

func TestCitationsAreCounted(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.priya)
	id := s.upload(b, file{"shipping.md", "# Shipping charges\n\nFree over ₹2,500."})
	cited := func() int {
		t.Helper()
		got := into[struct {
			Document struct {
				Cited int `json:"cited_30d"`
			}
		}](b.call("GET", "/documents/"+id.String(), nil).want(http.StatusOK))
		return got.Document.Cited
	}
	if n := cited(); n != 0 {
		t.Errorf("a new document was cited %d times", n)
	}
	g := s.guest()
	_, err := s.convs.Reply(t.Context(), conversation.ReplyInput{
		Workspace: s.workspace.ID, Conversation: g.id(), InReplyTo: g.says("Do you ship to Bengaluru?"), Run: newID(), Body: "Yes. [1]", Outcome: conversation.OutcomeAnswered,
		Citations: []conversation.Citation{{N: 1, Title: "Shipping charges", Document: id, Chunk: newID()}}, Turn: conversation.Turn{Outcome: "answered", SignalsVersion: 1},
	})
	s.ok(err)
	s.pass(time.Hour)
	if n := cited(); n != 1 {
		t.Errorf("the document was cited %d times", n)
	}
}

func TestArchiveTellsWhatWasLeftOut(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.priya)
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, f := range []file{{"help/payments/upi.md", "# UPI\n\nRefunds take a day."}, {"help/photo.png", "\x89PNG\r\n\x1a\n\x00\x01"}} {
		part, err := w.Create(f.name)
		b.ok(err)
		_, err = part.Write([]byte(f.text))
		b.ok(err)
	}
	b.ok(w.Close())
	got := into[struct {
		papers
		Skipped []struct{ Name, Cause, Error, Fix string }
	}](b.files(file{"help.zip", packed.String()}).want(http.StatusAccepted))
	if len(got.Items) != 1 || got.Items[0].File != "upi.md" || len(got.Skipped) != 1 {
		t.Fatalf("the archive gave %+v", got)
	}
	if left := got.Skipped[0]; left.Name != "help/photo.png" || left.Cause == "" || left.Error == "" || left.Fix == "" {
		t.Errorf("what was left out is %+v", left)
	}
}

func TestAddressIsJudged(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.priya)
	// This server was made without a way out, which is a cause like another.
	refused := b.call("POST", "/documents", map[string]any{"url": "https://tarang.example/help"}).refused(http.StatusUnprocessableEntity, "unreadable")
	if got := into[struct{ Cause string }](refused); got.Cause != "fetch_off" {
		t.Errorf("the cause is %q", got.Cause)
	}
	b.call("POST", "/documents", map[string]any{"url": ""}).refused(http.StatusBadRequest, "bad_request")
	s.signIn(s.asha).call("POST", "/documents", map[string]any{"url": "https://tarang.example/help"}).refused(http.StatusForbidden, "forbidden")
}

func TestListIsFiltered(t *testing.T) {
	t.Parallel()
	s := open(t).shop("Tarang")
	b := s.signIn(s.priya)
	s.upload(b, file{"shipping.md", "# Shipping charges\n\nFree over ₹2,500."})
	s.upload(b, file{"returns.html", "<title>Returns</title><p>Within ten days.</p>"})
	used := s.page("warranty", "Warranty", "Two years.")
	s.page("pickup", "Pickup", "From your door.")
	g := s.guest()
	_, err := s.convs.Reply(t.Context(), conversation.ReplyInput{
		Workspace: s.workspace.ID, Conversation: g.id(), InReplyTo: g.says("How long is the warranty?"), Run: newID(), Body: "Two years. [1]", Outcome: conversation.OutcomeAnswered,
		Citations: []conversation.Citation{{N: 1, Title: "Warranty", Document: used.DocumentID, Chunk: used.ChunkID}}, Turn: conversation.Turn{Outcome: "answered", SignalsVersion: 1},
	})
	s.ok(err)
	asked, err := s.convs.Ask(t.Context(), s.asha, uuid.Nil, "And pickup?")
	s.ok(err)
	_, err = s.convs.Reply(t.Context(), conversation.ReplyInput{
		Workspace: s.workspace.ID, Conversation: asked.Conversation, InReplyTo: asked.Seq, Run: newID(), Body: "From your door. [1]", Outcome: conversation.OutcomeAnswered,
		Citations: []conversation.Citation{{N: 1, Title: "Pickup", Document: s.page("pickup", "Pickup", "From your door.").DocumentID}}, Turn: conversation.Turn{Outcome: "answered", SignalsVersion: 1},
	})
	s.ok(err)
	for query, want := range map[string][]string{"type=MD": {"shipping.md"}, "type=html": {"returns.html"}, "type=PDF": nil, "q=RETURNS": {"returns.html"}, "state=unused": {"Pickup"}, "state=unused&q=x": nil} {
		var titles []string
		for _, d := range into[papers](b.call("GET", "/documents?"+query, nil).want(http.StatusOK)).Items {
			titles = append(titles, d.Title)
		}
		if !slices.Equal(titles, want) {
			t.Errorf("%s: got %v, want %v", query, titles, want)
		}
	}
	if got := into[struct{ Counts struct{ Unused int } }](b.call("GET", "/documents", nil).want(http.StatusOK)); got.Counts.Unused != 1 {
		t.Errorf("unused are counted as %d: what is tried on the bench is no use", got.Counts.Unused)
	}
}
