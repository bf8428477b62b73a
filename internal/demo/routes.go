package demo

import (
	"net/http"
	"strings"
	"time"
)

// maxQuery bounds the words of the help search, in bytes. Longer than any
// sensible question and short enough to be shown back on the page.
const maxQuery = 100

// shopPage is the product page of the Tab 11. Its form is plain GET: storage,
// place and cart stand in the address, so the page needs no script.
type shopPage struct {
	frame
	Storage string
	Place   place
	Places  []place
	Arrives time.Time
	Today   time.Time
	Added   bool
	Bought  bool
}

// NextCart is the number of things after one more is added.
func (p shopPage) NextCart() int { return min(p.Cart+1, maxCart) }

func (s *site) shop(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	now := s.now().In(indianTime)
	page := shopPage{
		frame: s.newFrame(r, "Tab 11", "Tablets"), Storage: "128",
		Place: pickPlace(query.Get("city")), Places: places, Today: now,
		Added: query.Get("add") != "", Bought: query.Get("buy") == "1",
	}
	if query.Get("storage") == "256" {
		page.Storage = "256"
	}
	page.Arrives = page.Place.arrival(now)
	s.show(w, http.StatusOK, "shop", page.Embed.ScriptURL, page)
}

// helpIndex lists the help pages by section, all of them or those that hold
// the words of the query.
type helpIndex struct {
	frame
	Query    string
	Sections []helpSection
}

func (s *site) help(w http.ResponseWriter, r *http.Request) {
	query := strings.TrimSpace(r.URL.Query().Get("q"))
	if len(query) > maxQuery {
		query = strings.ToValidUTF8(query[:maxQuery], "")
	}
	page := helpIndex{frame: s.newFrame(r, "Help", "Service"), Query: query, Sections: s.library.find(query)}
	s.show(w, http.StatusOK, "help", page.Embed.ScriptURL, page)
}

// articlePage is one help article beside the others of its section.
type articlePage struct {
	frame
	Page    helpPage
	Section helpSection
}

func (s *site) article(w http.ResponseWriter, r *http.Request) {
	found, known := s.library.bySlug[r.PathValue("slug")]
	if !known {
		s.missing(w, r)
		return
	}
	page := articlePage{
		frame: s.newFrame(r, found.Title, "Service"),
		Page:  found, Section: s.library.section(found.Section),
	}
	s.show(w, http.StatusOK, "article", page.Embed.ScriptURL, page)
}

// missing answers for every address below /demo that has no page, with the
// chat still at hand.
func (s *site) missing(w http.ResponseWriter, r *http.Request) {
	page := s.newFrame(r, "Page not found", "")
	s.show(w, http.StatusNotFound, "missing", page.Embed.ScriptURL, page)
}
