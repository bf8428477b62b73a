package demo

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// The values that the query may hand on to the chat. Anything else is
// dropped, so that a page never carries a stranger's text to the embed.
var (
	languages = []string{"en", "hi", "ar"}
	themes    = []string{"light", "dark", "auto"}
)

// maxCart keeps the badge in the header at one or two figures.
const maxCart = 99

// frame is what every page knows about its visitor's request.
type frame struct {
	Title  string
	Embed  Embed
	Locale string
	Theme  string
	Cart   int
	Nav    string // the entry of the header that is marked as the current one
}

// newFrame reads the query once for all pages.
func (s *site) newFrame(r *http.Request, title, nav string) frame {
	query := r.URL.Query()
	f := frame{Title: title, Nav: nav, Embed: s.embed(r), Cart: 1}
	if f.Embed.ScriptURL == "" {
		f.Embed.ScriptURL = defaultScriptURL
	}
	if lang := query.Get("lang"); slices.Contains(languages, lang) {
		f.Locale = lang
	}
	if theme := query.Get("theme"); slices.Contains(themes, theme) {
		f.Theme = theme
	}
	for _, name := range []string{"cart", "add"} { // "add" is the cart after one more
		if n, err := strconv.Atoi(query.Get(name)); err == nil && n > 0 {
			f.Cart = min(n, maxCart)
		}
	}
	return f
}

// To returns a path of this site that keeps the visitor's language, theme and
// cart, so that walking through the shop changes none of them.
func (f frame) To(path string) string {
	keep := url.Values{}
	if f.Locale != "" {
		keep.Set("lang", f.Locale)
	}
	if f.Theme != "" {
		keep.Set("theme", f.Theme)
	}
	if f.Cart != 1 {
		keep.Set("cart", strconv.Itoa(f.Cart))
	}
	if len(keep) == 0 {
		return path
	}
	return path + "?" + keep.Encode()
}

// parseTemplates builds one template set per page: the layout and the
// drawings are shared, and each page brings its own "main".
func parseTemplates(files embed.FS, static assets) map[string]*template.Template {
	functions := template.FuncMap{
		"asset": static.url,
		"day":   func(t time.Time) string { return t.Format("Monday 2 January") },
		"date":  func(t time.Time) string { return t.Format("2 January 2006") },
	}
	set := map[string]*template.Template{}
	for _, name := range []string{"shop", "help", "article", "missing"} {
		set[name] = template.Must(template.New("layout.html").Funcs(functions).
			ParseFS(files, "page/layout.html", "page/icons.html", "page/drawings.html", "page/"+name+".html"))
	}
	return set
}

// show renders into memory first, so that a fault in a template never sends
// half a page with status 200.
func (s *site) show(w http.ResponseWriter, status int, name, scriptURL string, data any) {
	var page bytes.Buffer
	if err := s.templates[name].Execute(&page, data); err != nil {
		http.Error(w, "This page could not be drawn.", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", policy(scriptURL))
	header.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	if _, err := w.Write(page.Bytes()); err != nil {
		return // the visitor has left; there is nobody to tell
	}
}
