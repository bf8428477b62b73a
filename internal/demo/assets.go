package demo

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strconv"
)

// assetVersionBytes is how much of the SHA-256 stands in a URL. It only has
// to tell one build's file from the next, so eight bytes are ample.
const assetVersionBytes = 8

// contentTypes is a list of our own, because the one of the mime package
// depends on what the machine has installed, and nosniff forgives no mistake.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
}

// asset is one static file with the version that its address carries.
type asset struct {
	body    []byte
	kind    string
	version string
}

// assets maps a file name below /demo/assets/ to its content.
type assets map[string]asset

func loadAssets(files embed.FS) assets {
	entries, err := files.ReadDir("page/assets")
	if err != nil {
		panic(err)
	}
	loaded := assets{}
	for _, entry := range entries {
		body, err := files.ReadFile("page/assets/" + entry.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(body)
		loaded[entry.Name()] = asset{
			body:    body,
			kind:    contentTypes[path.Ext(entry.Name())],
			version: hex.EncodeToString(sum[:assetVersionBytes]),
		}
	}
	return loaded
}

// url returns the versioned address of a file. A template that names a file
// which does not exist fails when the page is rendered, and so in the tests.
func (a assets) url(name string) (string, error) {
	file, known := a[name]
	if !known {
		return "", fmt.Errorf("demo: no asset %q", name)
	}
	return "/demo/assets/" + name + "?v=" + file.version, nil
}

// asset serves a static file. A versioned address never changes its content
// and may be kept for a year; a bare one is asked for again after five minutes.
func (s *site) asset(w http.ResponseWriter, r *http.Request) {
	file, known := s.assets[r.PathValue("name")]
	if !known {
		s.missing(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", file.kind)
	header.Set("X-Content-Type-Options", "nosniff")
	// The widget reads the company's mark from pages of other origins; nothing here is anybody's secret.
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Set("ETag", strconv.Quote(file.version))
	header.Set("Cache-Control", "public, max-age=300")
	if r.URL.Query().Get("v") == file.version {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == header.Get("ETag") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(file.body)))
	if _, err := w.Write(file.body); err != nil {
		return // the visitor has left; there is nobody to tell
	}
}
