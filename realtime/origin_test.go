package realtime_test

import (
	"testing"

	"github.com/baton-chat/baton/realtime"
)

func TestOrigins(t *testing.T) {
	t.Parallel()
	shop := realtime.Origins{Own: "https://chat.example", Allowed: []string{"https://shop.example", "http://localhost:3000", "https://xn--r8jz45g.example"}}
	cases := []struct {
		name    string
		origins realtime.Origins
		origin  string
		host    string
		want    bool
	}{
		{"own", shop, "https://chat.example", "10.1.2.3:8080", true},
		{"the address asked", shop, "http://127.0.0.1:8080", "127.0.0.1:8080", true},
		{"allowed", shop, "https://shop.example", "chat.example", true},
		{"allowed with port", shop, "http://localhost:3000", "chat.example", true},
		{"allowed punycode", shop, "https://xn--r8jz45g.example", "chat.example", true},
		{"other port of the address asked", shop, "http://127.0.0.1:9090", "127.0.0.1:8080", false},
		{"other scheme", shop, "http://shop.example", "chat.example", false},
		{"other port", shop, "https://shop.example:444", "chat.example", false},
		{"suffix", shop, "https://evil-shop.example", "chat.example", false},
		{"subdomain", shop, "https://a.shop.example", "chat.example", false},
		{"prefix", shop, "https://shop.example.evil.test", "chat.example", false},
		{"user name", shop, "https://shop.example@evil.test", "chat.example", false},
		{"path", shop, "https://shop.example/", "chat.example", false},
		{"case", shop, "https://SHOP.example", "chat.example", false},
		{"unicode of the punycode", shop, "https://例え.example", "chat.example", false},
		{"null", shop, "null", "chat.example", false},
		{"file", shop, "file://", "chat.example", false},
		{"extension", shop, "chrome-extension://abcdef", "chat.example", false},
		{"two", shop, "https://shop.example https://evil.test", "chat.example", false},
		{"none", shop, "", "chat.example", false},
		{"none where allowed", realtime.Origins{AllowNone: true}, "", "chat.example", true},
		{"any", realtime.Origins{Allowed: []string{realtime.AnyOrigin}}, "https://anything.test", "chat.example", true},
		{"null under any", realtime.Origins{Allowed: []string{realtime.AnyOrigin}}, "null", "chat.example", false},
		{"null although listed", realtime.Origins{Allowed: []string{"null"}}, "null", "chat.example", false},
		{"none under any", realtime.Origins{Allowed: []string{realtime.AnyOrigin}}, "", "chat.example", false},
		{"an empty own is nobody's", realtime.Origins{}, "https://", "", false},
	}
	for _, c := range cases {
		if got := c.origins.Allows(c.origin, c.host); got != c.want {
			t.Errorf("%s (%q): %v, want %v", c.name, c.origin, got, c.want)
		}
	}
}
