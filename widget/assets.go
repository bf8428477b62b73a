package widget

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/gin-gonic/gin"
)

// dist is what the front end's build wrote; it is committed, so that no Node is needed to build Baton.
//
//go:embed web/dist
var dist embed.FS

const (
	// versionMark stands in w.js for the version, which every other file is asked for with.
	versionMark = "__V__"
	// versionLength is how many hexadecimal digits of the hash make the version.
	versionLength = 12
	loaderFile    = "w.js"
	localeDir     = "locale"
	// brotliLevel costs 3 ms at start-up for all files together; the best level makes them 7 % smaller and costs 120 ms.
	brotliLevel = 5

	// foreverCache is for a file asked for with its version: another content has another address.
	foreverCache = "public, max-age=31536000, immutable"
	// loaderCache is for addresses that stay: a new version is everywhere after five minutes, and nobody ever waits for it.
	loaderCache = "public, max-age=300, stale-while-revalidate=86400"
)

// asset is a file in the three forms that browsers ask for.
type asset struct {
	kind   string
	etag   string
	plain  []byte
	gzip   []byte
	brotli []byte
}

// assets are the widget's files by name.
type assets struct {
	version string
	files   map[string]*asset
}

// loadAssets reads, stamps and compresses the files once, at start-up.
func loadAssets() (*assets, error) {
	contents := map[string][]byte{}
	hash := sha256.New()
	err := fs.WalkDir(dist, "web/dist", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := dist.ReadFile(name)
		if err != nil {
			return err
		}
		short := strings.TrimPrefix(name, "web/dist/")
		contents[short] = data
		// Names are walked in order, so the same files have the same version on every node.
		_, _ = fmt.Fprintf(hash, "%s %d\n%s", short, len(data), data)
		return nil
	})
	if err != nil {
		return nil, err
	}
	a := &assets{version: hex.EncodeToString(hash.Sum(nil))[:versionLength], files: map[string]*asset{}}
	for name, data := range contents {
		if name == loaderFile {
			data = bytes.ReplaceAll(data, []byte(versionMark), []byte(a.version))
		}
		if a.files[name], err = newAsset(name, data); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func newAsset(name string, data []byte) (*asset, error) {
	sum := sha256.Sum256(data)
	f := &asset{kind: "text/javascript; charset=utf-8", etag: hex.EncodeToString(sum[:8]), plain: data}
	if strings.HasSuffix(name, ".d.ts") {
		f.kind = "text/plain; charset=utf-8"
	}
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := zip.Write(data); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	f.gzip = bytes.Clone(packed.Bytes())
	packed.Reset()
	br := brotli.NewWriterLevel(&packed, brotliLevel)
	if _, err := br.Write(data); err != nil {
		return nil, err
	}
	if err := br.Close(); err != nil {
		return nil, err
	}
	f.brotli = packed.Bytes()
	return f, nil
}

func (a *assets) routes(r gin.IRouter) {
	for name := range a.files {
		// Languages have a path of their own, below.
		if strings.Contains(name, "/") {
			continue
		}
		serve := func(c *gin.Context) { a.serve(c, name) }
		r.GET("/"+name, serve)
		r.HEAD("/"+name, serve)
	}
	locale := func(c *gin.Context) { a.serve(c, path.Join(localeDir, path.Base(path.Clean("/"+c.Param("file"))))) }
	r.GET("/widget-locale/:file", locale)
	r.HEAD("/widget-locale/:file", locale)
}

// serve writes a file in the best form that the browser takes. Pages of all origins may load it.
func (a *assets) serve(c *gin.Context, name string) {
	f := a.files[name]
	allowAnywhere(c)
	if f == nil {
		fail(c, &problem{status: http.StatusNotFound, Code: "not_found", Error: "The widget has no such file.", Fix: "Copy the script tag again from the console."})
		return
	}
	header := c.Writer.Header()
	header.Set("Content-Type", f.kind)
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", loaderCache)
	if name != loaderFile && c.Query("v") == a.version {
		header.Set("Cache-Control", foreverCache)
	}
	body, coding := f.best(c.GetHeader("Accept-Encoding"))
	etag := `"` + f.etag + `"`
	if coding != "" {
		header.Set("Content-Encoding", coding)
		etag = `"` + f.etag + "-" + coding + `"`
	}
	header.Set("ETag", etag)
	if strings.Contains(c.GetHeader("If-None-Match"), etag) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	c.Status(http.StatusOK)
	c.Writer.WriteHeaderNow()
	if c.Request.Method == http.MethodGet {
		_, _ = c.Writer.Write(body)
	}
}

// best picks brotli, gzip or the plain file.
func (f *asset) best(accepted string) (body []byte, coding string) {
	switch {
	case accepts(accepted, "br"):
		return f.brotli, "br"
	case accepts(accepted, "gzip"):
		return f.gzip, "gzip"
	}
	return f.plain, ""
}

// accepts reports whether the header names the coding and does not refuse it.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == coding {
			return strings.ReplaceAll(q, " ", "") != "q=0"
		}
	}
	return false
}
