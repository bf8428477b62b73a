package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestWhoSentTheRequest(t *testing.T) {
	t.Parallel()
	trusted, err := readProxies("127.0.0.1, 10.0.0.0/8,::1,fd00::/8")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		peer    string
		headers []string // name and value, one after another
		want    string
	}{
		"no proxy": {"203.0.113.7:5000", nil, "203.0.113.7:5000"},
		"a peer that is no proxy of ours says it is another": {
			"203.0.113.7:5000", []string{"X-Forwarded-For", "198.51.100.1", "Forwarded", "for=198.51.100.1"}, "203.0.113.7:5000",
		},
		"one proxy":                    {"127.0.0.1:5000", []string{"X-Forwarded-For", "203.0.113.7"}, "203.0.113.7:0"},
		"the proxy itself":             {"127.0.0.1:5000", nil, "127.0.0.1:5000"},
		"two proxies":                  {"127.0.0.1:5000", []string{"X-Forwarded-For", "203.0.113.7, 10.1.2.3"}, "203.0.113.7:0"},
		"invented hops on the left":    {"127.0.0.1:5000", []string{"X-Forwarded-For", "127.0.0.1, 198.51.100.1, 203.0.113.7, 10.1.2.3"}, "203.0.113.7:0"},
		"invented in a line before":    {"127.0.0.1:5000", []string{"X-Forwarded-For", "127.0.0.1", "X-Forwarded-For", "203.0.113.7"}, "203.0.113.7:0"},
		"from inside":                  {"127.0.0.1:5000", []string{"X-Forwarded-For", "10.9.9.9, 10.1.2.3"}, "10.9.9.9:0"},
		"with a port":                  {"127.0.0.1:5000", []string{"X-Forwarded-For", "203.0.113.7:4711"}, "203.0.113.7:0"},
		"IPv6":                         {"[::1]:5000", []string{"X-Forwarded-For", "2001:db8::7"}, "[2001:db8::7]:0"},
		"IPv4 in IPv6":                 {"[::ffff:127.0.0.1]:5000", []string{"X-Forwarded-For", "::ffff:203.0.113.7"}, "203.0.113.7:0"},
		"no address":                   {"127.0.0.1:5000", []string{"X-Forwarded-For", "198.51.100.1, unknown"}, ""},
		"nothing":                      {"127.0.0.1:5000", []string{"X-Forwarded-For", ""}, ""},
		"nothing at the end":           {"127.0.0.1:5000", []string{"X-Forwarded-For", "198.51.100.1,"}, ""},
		"Forwarded":                    {"127.0.0.1:5000", []string{"Forwarded", `for=198.51.100.1, For="203.0.113.7:4711";proto=https;by=10.1.2.3`}, "203.0.113.7:0"},
		"Forwarded with IPv6":          {"127.0.0.1:5000", []string{"Forwarded", `proto=https;for="[2001:db8::7]:4711"`}, "[2001:db8::7]:0"},
		"Forwarded, two proxies":       {"127.0.0.1:5000", []string{"Forwarded", "for=203.0.113.7", "Forwarded", "for=10.1.2.3"}, "203.0.113.7:0"},
		"Forwarded without for":        {"127.0.0.1:5000", []string{"Forwarded", "for=198.51.100.1, proto=https"}, ""},
		"Forwarded, hidden":            {"127.0.0.1:5000", []string{"Forwarded", "for=198.51.100.1, for=_hidden"}, ""},
		"Forwarded, a quote left open": {"127.0.0.1:5000", []string{"Forwarded", `for="127.0.0.1`, "Forwarded", "for=203.0.113.7"}, "203.0.113.7:0"},
		"the proxy writes one header and hands on a forged other": {
			"127.0.0.1:5000", []string{"Forwarded", "for=127.0.0.1", "X-Forwarded-For", "203.0.113.7"}, "",
		},
		"both agree":            {"127.0.0.1:5000", []string{"Forwarded", "for=203.0.113.7", "X-Forwarded-For", "203.0.113.7"}, "203.0.113.7:0"},
		"X-Real-IP is nobody's": {"127.0.0.1:5000", []string{"X-Real-IP", "198.51.100.1"}, "127.0.0.1:5000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.RemoteAddr = test.peer
			for i := 0; i < len(test.headers); i += 2 {
				r.Header.Add(test.headers[i], test.headers[i+1])
			}
			var got string
			behindProxies(trusted, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).ServeHTTP(httptest.NewRecorder(), r)
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestProxiesThatCannotBeMeant(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"proxy.example", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0.1,x"} {
		if list, err := readProxies(text); err == nil || !strings.Contains(err.Error(), "BATON_TRUSTED_PROXIES") {
			t.Errorf("%q: %v %v", text, list, err)
		}
	}
	if list, err := readProxies(" "); err != nil || list != nil {
		t.Errorf("nothing: %v %v", list, err)
	}
}

// Behind a trusted proxy each visitor has a limit of their own, and no hop that they invent gives them another.
func TestSessionLimitBehindAProxy(t *testing.T) {
	t.Parallel()
	s := start(t, map[string]string{"BATON_TRUSTED_PROXIES": "127.0.0.0/8"})
	// What is no request counts as well, and is answered too quickly for the limit to recover meanwhile.
	session := func(forwarded string) int {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/api/visitor/session", strings.NewReader("nonsense"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Forwarded-For", forwarded)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode
	}
	refused := false
	for n := 0; n < 2000 && !refused; n++ {
		refused = session(fmt.Sprintf("198.51.100.%d, 203.0.113.7", n%250)) == http.StatusTooManyRequests
	}
	if !refused {
		t.Error("invented hops escape the limit")
	}
	if status := session("203.0.113.8"); status != http.StatusBadRequest {
		t.Errorf("another visitor behind the same proxy: status %d", status)
	}
}
