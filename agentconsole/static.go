package agentconsole

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/gin-gonic/gin"
)

// dist is the console as it was built from agentconsole/web; it is committed, so that building Baton needs no Node.
//
//go:embed all:web/dist
var dist embed.FS

// policy is the console's Content-Security-Policy: only what it brought itself runs, and nothing may turn text into markup.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self' ws: wss:; " +
	"require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// Caching: names carry no hash, so an address is for ever only with the build's version behind it; without, browsers ask each time and mostly get a 304.
const (
	cacheForEver = "public, max-age=31536000, immutable"
	cacheAsk     = "no-cache"
)

// brotliLevel is where more time stops to pay: the best would add a second to every start for 3 % of the bytes.
const brotliLevel = 6

// versionMark is what the build writes where the version belongs; versionChars of the hash are enough to tell two builds apart.
const (
	versionMark  = "__V__"
	versionChars = 12
)

// contentTypes are named here, because the machine's own table differs from one to the next.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
	".json": "application/json", ".woff2": "font/woff2", ".png": "image/png", ".webmanifest": "application/manifest+json",
}

// asset is one file, ready to be sent in three encodings.
type asset struct {
	kind               string
	tag                string
	plain, gzip, brotl []byte
}

// site is the built console by path below /console/.
type site struct {
	version string
	files   map[string]asset
}

const indexPage = "index.html"

// static adds the console's own files.
func (h *Handler) static(r gin.IRouter) {
	built, err := fs.Sub(dist, "web/dist")
	if err != nil {
		panic("agentconsole: " + err.Error()) // The name above is a constant.
	}
	s, err := newSite(built)
	if err != nil {
		panic("agentconsole: " + err.Error())
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r.Handle(method, "/console", func(c *gin.Context) { c.Redirect(http.StatusMovedPermanently, "/console/") })
		r.Handle(method, "/console/*path", s.serve)
	}
}

func newSite(files fs.FS) (*site, error) {
	s := &site{files: map[string]asset{}}
	raw := map[string][]byte{}
	all := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw[name], err = fs.ReadFile(files, name)
		_, _ = io.WriteString(all, name)
		_, _ = all.Write(raw[name])
		return err
	})
	if err != nil {
		return nil, err
	}
	s.version = hex.EncodeToString(all.Sum(nil))[:versionChars]
	for name, content := range raw {
		if path.Ext(name) == ".html" {
			content = bytes.ReplaceAll(content, []byte(versionMark), []byte(s.version))
		}
		if s.files[name], err = newAsset(name, content); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func newAsset(name string, content []byte) (asset, error) {
	kind, ok := contentTypes[path.Ext(name)]
	if !ok {
		kind = "application/octet-stream"
	}
	sum := sha256.Sum256(content)
	a := asset{kind: kind, tag: hex.EncodeToString(sum[:versionChars]), plain: content}
	if kind == "font/woff2" || kind == "image/png" {
		return a, nil // Packed already.
	}
	var small bytes.Buffer
	zip, err := gzip.NewWriterLevel(&small, gzip.DefaultCompression)
	if err != nil {
		return a, err
	}
	if err := pack(zip, content); err != nil {
		return a, err
	}
	a.gzip = bytes.Clone(small.Bytes())
	small.Reset()
	if err := pack(brotli.NewWriterLevel(&small, brotliLevel), content); err != nil {
		return a, err
	}
	a.brotl = small.Bytes()
	return a, nil
}

func pack(w io.WriteCloser, content []byte) error {
	if _, err := w.Write(content); err != nil {
		return err
	}
	return w.Close()
}

// serve sends a file, and the page itself for every address that the console makes for its views.
func (s *site) serve(c *gin.Context) {
	name := strings.TrimPrefix(c.Param("path"), "/")
	file, ok := s.files[name]
	if !ok && strings.HasPrefix(name, "assets/") {
		c.Header("Cache-Control", "no-store")
		c.Status(http.StatusNotFound)
		return
	}
	if !ok {
		name, file = indexPage, s.files[indexPage]
	}
	cache := cacheAsk
	if c.Query("v") == s.version && name != indexPage {
		cache = cacheForEver
	}
	header := c.Writer.Header()
	header.Set("Cache-Control", cache)
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Vary", "Accept-Encoding")
	file.send(c)
}

func (a asset) send(c *gin.Context) {
	body, tag := a.plain, a.tag
	accepts := c.GetHeader("Accept-Encoding")
	switch {
	case a.brotl != nil && accepted(accepts, "br"):
		body, tag = a.brotl, a.tag+"-br"
		c.Header("Content-Encoding", "br")
	case a.gzip != nil && accepted(accepts, "gzip"):
		body, tag = a.gzip, a.tag+"-gz"
		c.Header("Content-Encoding", "gzip")
	}
	tag = `"` + tag + `"`
	c.Header("ETag", tag)
	if c.GetHeader("If-None-Match") == tag {
		c.Writer.Header().Del("Content-Encoding")
		c.Status(http.StatusNotModified)
		return
	}
	c.Data(http.StatusOK, a.kind, body)
}

// accepted reports whether the client takes an encoding: it names it, and not with q=0.
func accepted(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == encoding {
			q := strings.ReplaceAll(quality, " ", "")
			return q != "q=0" && !strings.HasPrefix(q, "q=0.0")
		}
	}
	return false
}
