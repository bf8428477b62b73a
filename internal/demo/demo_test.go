package demo

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// noon is the moment that the design sheet shows, a Tuesday before the hour
// of dispatch.
var noon = time.Date(2026, time.November, 24, 11, 2, 0, 0, indianTime)

func testSite(embed Embed) http.Handler {
	return newSite(func(*http.Request) Embed { return embed }, func() time.Time { return noon }).routes()
}

func get(t *testing.T, h http.Handler, target string) (*http.Response, string) {
	t.Helper()
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, target, nil))
	response := recorder.Result()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("GET %s: %v", target, err)
	}
	return response, string(body)
}

// crawl walks every link, style and picture of the site from the shop page on
// and returns all pages by address.
func crawl(t *testing.T, h http.Handler) map[string]string {
	t.Helper()
	link := regexp.MustCompile(`(?:href|src|action)="([^"]*)"`)
	pages, queue := map[string]string{}, []string{"/demo"}
	for len(queue) > 0 {
		target := queue[0]
		queue = queue[1:]
		if _, done := pages[target]; done {
			continue
		}
		response, body := get(t, h, target)
		if response.StatusCode != http.StatusOK {
			t.Errorf("GET %s: status %d", target, response.StatusCode)
		}
		pages[target] = body
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			next, _, _ := strings.Cut(strings.ReplaceAll(m[1], "&amp;", "&"), "#")
			if strings.HasPrefix(next, "/demo") {
				queue = append(queue, next)
			}
		}
	}
	return pages
}

func TestEveryLinkLeadsToAPageAndNoneLeavesTheOrigin(t *testing.T) {
	t.Parallel()
	pages := crawl(t, testSite(Embed{InboxKey: "pk_test"}))
	articles, err := Articles()
	if err != nil {
		t.Fatalf("Articles: %v", err)
	}
	for _, a := range articles {
		if _, reached := pages[a.URL]; !reached {
			t.Errorf("no link leads to %s", a.URL)
		}
	}
	foreign := regexp.MustCompile(`(?:href|src|action|srcset)="(?:[a-z]+:)?//|url\([^#]|@import`)
	inline := regexp.MustCompile(`<style|style="| on[a-z]+="|<script[^>]*>[^<]|javascript:`)
	for target, body := range pages {
		if found := foreign.FindString(body); found != "" {
			t.Errorf("%s refers to another origin: %s", target, found)
		}
		if found := inline.FindString(body); found != "" && !strings.HasSuffix(target, ".css") {
			t.Errorf("%s needs an exception from its policy: %s", target, found)
		}
	}
}

func TestPagesCarryTheEmbed(t *testing.T) {
	t.Parallel()
	h := testSite(Embed{InboxKey: "pk_test"})
	plain := `<script defer src="/w.js" data-inbox="pk_test"></script>`
	for target, want := range map[string]string{
		"/demo":                       plain,
		"/demo/help":                  plain,
		"/demo/help/shipping-charges": plain,
		"/demo?lang=ar&theme=dark":    `<script defer src="/w.js" data-inbox="pk_test" data-locale="ar" data-theme="dark"></script>`,
		"/demo?lang=xx&theme=%22%3E":  plain,
		"/demo/help/none":             plain,
	} {
		if _, body := get(t, h, target); !strings.Contains(body, want) {
			t.Errorf("GET %s does not carry %s", target, want)
		}
	}
	if _, body := get(t, testSite(Embed{}), "/demo"); strings.Contains(body, "<script") || strings.Contains(body, "data-baton-open") {
		t.Error("a page without an inbox key still offers the chat")
	}
	if _, body := get(t, h, "/demo"); !strings.Contains(body, "data-baton-open") {
		t.Error("the shop page has no button that opens the chat")
	}
}

func TestPolicyAdmitsTheLoaderAndNothingElse(t *testing.T) {
	t.Parallel()
	response, _ := get(t, testSite(Embed{InboxKey: "pk_test"}), "/demo")
	want := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:" +
		"; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	if got := response.Header.Get("Content-Security-Policy"); got != want {
		t.Errorf("policy is %q, want %q", got, want)
	}
	response, _ = get(t, testSite(Embed{InboxKey: "pk_test", ScriptURL: "https://chat.example.com/w.js"}), "/demo")
	if got := response.Header.Get("Content-Security-Policy"); !strings.Contains(got, "script-src 'self' https://chat.example.com;") {
		t.Errorf("policy %q does not admit the loader's origin", got)
	}
}

func TestStatusAndHeaders(t *testing.T) {
	t.Parallel()
	h := testSite(Embed{InboxKey: "pk_test"})
	for target, want := range map[string]int{
		"/demo": http.StatusOK, "/demo/": http.StatusMovedPermanently, "/demo/help/": http.StatusMovedPermanently,
		"/demo/help/none": http.StatusNotFound, "/demo/other": http.StatusNotFound,
		"/demo/assets/none.css": http.StatusNotFound, "/demo/assets/..%2Fshop.html": http.StatusNotFound,
	} {
		if response, _ := get(t, h, target); response.StatusCode != want {
			t.Errorf("GET %s: status %d, want %d", target, response.StatusCode, want)
		}
	}
	_, page := get(t, h, "/demo")
	versioned := regexp.MustCompile(`/demo/assets/shop\.css\?v=[0-9a-f]+`).FindString(page)
	response, _ := get(t, h, versioned)
	if got := response.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("%s may be kept only as %q", versioned, got)
	}
	if got := response.Header.Get("Content-Type"); got != "text/css; charset=utf-8" {
		t.Errorf("style is served as %q", got)
	}
	request := httptest.NewRequest(http.MethodGet, "/demo/assets/shop.css", nil)
	request.Header.Set("If-None-Match", response.Header.Get("ETag"))
	again := httptest.NewRecorder()
	h.ServeHTTP(again, request)
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("known style: status %d with %d bytes, want 304 with none", again.Code, again.Body.Len())
	}
}

func TestShopKeepsItsChoices(t *testing.T) {
	t.Parallel()
	h := testSite(Embed{InboxKey: "pk_test"})
	for target, wants := range map[string][]string{
		"/demo":                     {"Free, by Thursday 26 November", "Cart, 1 item", `id="gb-128" checked`},
		"/demo?city=leh":            {"₹199, by Friday 4 December", "194101, Leh, Ladakh"},
		"/demo?cart=1&add=2":        {"Added. 2 items are in your cart.", `name="cart" value="2"`, `href="/demo/help?cart=2"`},
		"/demo?storage=256&buy=1":   {"Nothing was ordered.", `id="gb-256" checked`},
		"/demo?cart=-4&lang=hi":     {"Cart, 1 item", `name="lang" value="hi"`, `href="/demo/help?lang=hi"`},
		"/demo/help?q=lost+parcel":  {"Missed deliveries and late parcels"},
		"/demo/help?q=%3Cb%3Ezebra": {"No help page holds “&lt;b&gt;zebra”"},
	} {
		_, body := get(t, h, target)
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("GET %s does not say %s", target, want)
			}
		}
	}
}

func TestArrivalCountsWorkingDays(t *testing.T) {
	t.Parallel()
	at := func(day, hour int) time.Time { return time.Date(2026, time.November, day, hour, 0, 0, 0, indianTime) }
	for _, c := range []struct {
		name    string
		ordered time.Time
		days    int
		want    string
	}{
		{"before dispatch", at(24, 13), 2, "Thursday 26 November"},
		{"after dispatch", at(24, 14), 2, "Friday 27 November"},
		{"over a Sunday", at(27, 9), 2, "Monday 30 November"},
		{"ordered on Sunday", at(29, 9), 2, "Wednesday 2 December"},
		{"Saturday evening", at(28, 20), 2, "Wednesday 2 December"},
		{"another zone", time.Date(2026, time.November, 24, 9, 0, 0, 0, time.UTC), 2, "Friday 27 November"},
	} {
		if got := (place{Days: c.days}).arrival(c.ordered).Format("Monday 2 January"); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestArticleIsRenderedSafely(t *testing.T) {
	t.Parallel()
	html := string(render(Article{Markdown: "# T\n\n## A b\n\n<script>x()</script>\n\n[l](javascript:x) **bold**\n"}))
	for _, bad := range []string{"<script", "javascript:"} {
		if strings.Contains(html, bad) {
			t.Errorf("rendered text holds %s: %s", bad, html)
		}
	}
	for _, want := range []string{`<h2 id="a-b">`, "<strong>bold</strong>"} {
		if !strings.Contains(html, want) {
			t.Errorf("rendered text lacks %s: %s", want, html)
		}
	}
}
