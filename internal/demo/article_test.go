package demo

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

// minArticles is what the shop promises its assistant to answer from.
const minArticles = 34

func TestArticlesAreWellFormed(t *testing.T) {
	t.Parallel()
	articles, err := Articles()
	if err != nil {
		t.Fatalf("Articles: %v", err)
	}
	if len(articles) < minArticles {
		t.Errorf("%d articles, want at least %d", len(articles), minArticles)
	}
	titles := map[string]string{}
	for _, a := range articles {
		if a.URL != "/demo/help/"+a.Slug {
			t.Errorf("%s has the address %s", a.Slug, a.URL)
		}
		if rank(a.Section) == len(sectionOrder) {
			t.Errorf("%s stands in %q, which the index does not order", a.Slug, a.Section)
		}
		if other, twice := titles[a.Title]; twice {
			t.Errorf("%s and %s have one title, %q", a.Slug, other, a.Title)
		}
		titles[a.Title] = a.Slug
		if n := len(strings.Fields(a.Markdown)); n < 120 || n > 360 {
			t.Errorf("%s has %d words, want 120 to 360", a.Slug, n)
		}
		if strings.Count(a.Markdown, "\n## ") < 3 {
			t.Errorf("%s has fewer than three sections", a.Slug)
		}
	}
}

// The story of the demo hangs on these sentences: each must stand as a
// sentence of its own, because an extractive answer repeats it word by word.
func TestStorySentencesStandInTheirArticles(t *testing.T) {
	t.Parallel()
	for slug, sentence := range map[string]string{
		"shipping-charges":       " You get free shipping to Bengaluru on orders over ₹2,500. ",
		"delivery-times":         " an order placed before 2 pm usually arrives in 2 to 3 working days. ",
		"damaged-on-arrival":     " A damaged item is replaced or refunded free, and we collect it from your door. ",
		"change-of-mind-returns": "within 10 days of delivery. ",
		"no-cost-emi":            "the Tab 11 at ₹24,990 costs ₹4,165 a month for 6 months. ",
		"cash-on-delivery":       "orders up to ₹20,000. ",
		"service-centres":        "62 service centres",
	} {
		if !strings.Contains(articleText(t, slug), sentence) {
			t.Errorf("%s does not say %q", slug, sentence)
		}
	}
}

// Figures that several articles repeat must be the same in all of them, or
// the assistant contradicts itself from one answer to the next.
func TestFiguresAgree(t *testing.T) {
	t.Parallel()
	articles, err := Articles()
	if err != nil {
		t.Fatalf("Articles: %v", err)
	}
	rules := []struct {
		name, want string
		find       *regexp.Regexp
	}{
		{"standard delivery", "79", regexp.MustCompile(`[Ss]tandard (?:delivery is|shipping of) ₹(\d[\d,]*\d)`)},
		{"service centres", "62", regexp.MustCompile(`(\d+) service centres`)},
		{"stores", "31", regexp.MustCompile(`(\d+) stores`)},
		{"Metro cities", "24", regexp.MustCompile(`(\d+) Metro cities`)},
		{"remote PIN codes", "199", regexp.MustCompile(`[Rr]emote PIN codes still cost ₹(\d[\d,]*\d)`)},
		{"change of mind", "10", regexp.MustCompile(`any reason within (\d+) days`)},
		{"damage", "7", regexp.MustCompile(`tell us within (\d+) days of delivery`)},
		{"pickup fee", "99", regexp.MustCompile(`₹(\d[\d,]*\d) pickup fee`)},
		{"Express", "149", regexp.MustCompile(`same day costs ₹(\d[\d,]*\d)|instead of ₹(\d[\d,]*\d)`)},
		{"free shipping", "2,500", regexp.MustCompile(`free (?:shipping to Bengaluru|there) on orders over ₹(\d[\d,]*\d)`)},
		{"partner banks", "14", regexp.MustCompile(`(\d+) partner banks`)},
		{"tablet battery", "2,190", regexp.MustCompile(`battery (?:costs|is fitted at a service centre for) ₹(\d[\d,]*\d)`)},
		{"UPI limit", "1,00,000", regexp.MustCompile(`up to ₹(\d[\d,]*\d) a day`)},
	}
	for _, rule := range rules {
		seen := 0
		for _, a := range articles {
			for _, m := range rule.find.FindAllStringSubmatch(a.Markdown, -1) {
				seen++
				if got := strings.Join(m[1:], ""); got != rule.want {
					t.Errorf("%s: %s says %s, want %s", rule.name, a.Slug, got, rule.want)
				}
			}
		}
		if seen == 0 {
			t.Errorf("%s: no article says it", rule.name)
		}
	}
}

func TestMetroCitiesAreTwentyFour(t *testing.T) {
	t.Parallel()
	_, list, found := strings.Cut(articleText(t, "shipping-charges"), "The 24 Metro cities are ")
	if !found {
		t.Fatal("shipping-charges does not list the Metro cities")
	}
	list, _, _ = strings.Cut(list, ".")
	cities := strings.Split(strings.Replace(list, " and ", ", ", 1), ", ")
	if len(cities) != 24 {
		t.Errorf("%d Metro cities are listed, want 24: %v", len(cities), cities)
	}
}

func TestParseArticleRefusesWhatIsNotAnArticle(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"no front matter": "# Title\n\nText.\n",
		"no title":        "---\nurl: /demo/help/x\nsection: A\nupdated: 2026-11-04\n---\nText.\n",
		"no address":      "---\nsection: A\nupdated: 2026-11-04\n---\n# Title\n",
		"bad day":         "---\nurl: /demo/help/x\nsection: A\nupdated: 4 November\n---\n# Title\n",
		"unknown key":     "---\nurl: /demo/help/x\nsektion: A\nupdated: 2026-11-04\n---\n# Title\n",
	} {
		if _, err := parseArticle("x", raw); !errors.Is(err, ErrArticle) {
			t.Errorf("%s: error %v, want ErrArticle", name, err)
		}
	}
}

func articleText(t *testing.T, slug string) string {
	t.Helper()
	articles, err := Articles()
	if err != nil {
		t.Fatalf("Articles: %v", err)
	}
	for _, a := range articles {
		if a.Slug == slug {
			return a.Markdown
		}
	}
	t.Fatalf("there is no article %q", slug)
	return ""
}
