package demo

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"time"
)

//go:embed page
var pageFiles embed.FS

// Embed says how the pages carry the chat.
type Embed struct {
	// InboxKey is the public key of the demo inbox, "pk_…". When it is empty
	// the pages are served without a chat.
	InboxKey string
	// ScriptURL is the address of the loader. Empty means "/w.js". When it
	// lies on another origin, the content security policy of the pages admits
	// that origin and no other.
	ScriptURL string
}

// defaultScriptURL is where the binary that serves this page serves the loader.
const defaultScriptURL = "/w.js"

// site holds what is prepared once and then only read.
type site struct {
	embed     func(*http.Request) Embed
	now       func() time.Time
	templates map[string]*template.Template
	assets    assets
	library   library
}

// Handler serves the shop page at /demo, the help pages at /demo/help and
// /demo/help/{slug}, and their style and pictures under /demo/assets/. It
// calls embed for every page, so that a key that is made or changed after the
// start is used at once; embed must be safe for concurrent use.
//
// Two query parameters are handed on to the chat: lang (en, hi or ar) and
// theme (light, dark or auto). Handler panics when the files in the binary
// are broken, which the tests of this package exclude.
func Handler(embed func(*http.Request) Embed) http.Handler {
	return newSite(embed, time.Now).routes()
}

func newSite(embed func(*http.Request) Embed, now func() time.Time) *site {
	s := &site{embed: embed, now: now, assets: loadAssets(pageFiles)}
	articles, err := Articles()
	if err != nil {
		panic(err)
	}
	s.library = newLibrary(articles)
	s.templates = parseTemplates(pageFiles, s.assets)
	return s
}

func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /demo", s.shop)
	mux.Handle("GET /demo/{$}", http.RedirectHandler("/demo", http.StatusMovedPermanently))
	mux.HandleFunc("GET /demo/help", s.help)
	mux.Handle("GET /demo/help/{$}", http.RedirectHandler("/demo/help", http.StatusMovedPermanently))
	mux.HandleFunc("GET /demo/help/{slug}", s.article)
	mux.HandleFunc("GET /demo/assets/{name}", s.asset)
	mux.HandleFunc("GET /demo/", s.missing)
	return mux
}

// policy is the content security policy of every page. It is as strict as the
// embed allows, so that the demo shows at the same time that the chat needs
// no exception: no inline script, no inline style, no foreign origin.
func policy(scriptURL string) string {
	origin := ""
	if u, err := url.Parse(scriptURL); err == nil && u.Host != "" {
		scheme := u.Scheme
		if scheme != "" {
			scheme += "://"
		}
		origin = " " + scheme + u.Host
	}
	return "default-src 'none'; script-src 'self'" + origin + "; style-src 'self'; img-src 'self' data:" + origin +
		"; connect-src 'self' ws: wss:" + origin + "; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}
