package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/baton-chat/baton/assistant"
)

// Roles that a process may have.
const (
	roleGateway = "gateway" // visitors
	roleConsole = "console" // staff
	roleWorker  = "worker"  // answers, indexing, routing
)

// defaultOpenAI is where a key without a base URL belongs.
const defaultOpenAI = "https://api.openai.com/v1"

// config is what the environment says, read once and checked as a whole.
type config struct {
	Addr        string
	Data        string
	DatabaseURL string // the owner; "": the private cluster
	AppURL      string // a separate application login; "": the owner, which becomes baton_app
	Roles       []string
	NATSURL     string // "": embedded
	PublicURL   string // "": derived from Addr
	Proxies     []netip.Prefix
	OpenAIKey   string
	OpenAIURL   string
	ChatModel   string        // "": extractive answers
	FirstWord   time.Duration // how long the chat model may be silent before it begins
	EmbedModel  string        // "": the embedder in the binary
	Search      string        // both, words, meaning
	FetchHosts  []string
}

// readConfig reads and checks the environment. An error names the variable and the fix.
func readConfig(getenv func(string) string) (config, error) {
	or := func(name, fallback string) string {
		if v := strings.TrimSpace(getenv(name)); v != "" {
			return v
		}
		return fallback
	}
	c := config{
		Addr: or("BATON_ADDR", "127.0.0.1:8080"), Data: or("BATON_DATA", ".baton"), DatabaseURL: or("DATABASE_URL", ""), AppURL: or("BATON_APP_URL", ""),
		Roles: strings.Split(strings.ReplaceAll(or("BATON_ROLES", "gateway,console,worker"), " ", ""), ","), NATSURL: or("NATS_URL", ""),
		PublicURL: strings.TrimRight(or("BATON_PUBLIC_URL", ""), "/"), OpenAIKey: or("OPENAI_API_KEY", ""), OpenAIURL: strings.TrimRight(or("OPENAI_BASE_URL", ""), "/"),
		ChatModel: or("BATON_CHAT_MODEL", ""), EmbedModel: or("BATON_EMBED_MODEL", ""), Search: or("BATON_SEARCH", "both"),
	}
	// FetchHosts are addresses inside a private network from which documents may be fetched.
	c.FetchHosts = strings.FieldsFunc(or("BATON_FETCH_HOSTS", ""), func(r rune) bool { return r == ',' || r == ' ' })
	data, err := filepath.Abs(c.Data)
	if err != nil {
		return c, fmt.Errorf("BATON_DATA=%q is no path: %w", c.Data, err)
	}
	c.Data = data
	if c.FirstWord, err = readFirstWord(or("BATON_FIRST_WORD", defaultFirstWord)); err != nil {
		return c, err
	}
	if c.Proxies, err = readProxies(getenv("BATON_TRUSTED_PROXIES")); err != nil {
		return c, err
	}
	for _, check := range []func(*config) error{checkAddr, checkRoles, checkDatabase, checkPublicURL, checkModels, checkFetchHosts} {
		if err := check(&c); err != nil {
			return c, err
		}
	}
	return c, nil
}

func checkAddr(c *config) error {
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return fmt.Errorf("BATON_ADDR=%q is not host:port; write for example 127.0.0.1:8080, or :8080 for every address", c.Addr)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return fmt.Errorf("BATON_ADDR=%q has the port %q; use a number from 0 to 65535", c.Addr, port)
	}
	if c.PublicURL == "" {
		if host == "" || host == "0.0.0.0" || host == "::" {
			host = "127.0.0.1"
		}
		c.PublicURL = "http://" + net.JoinHostPort(host, port)
	}
	return nil
}

func checkRoles(c *config) error {
	for _, role := range c.Roles {
		if !slices.Contains([]string{roleGateway, roleConsole, roleWorker}, role) {
			return fmt.Errorf("BATON_ROLES has %q; it is a list of gateway, console and worker, separated by commas", role)
		}
	}
	if c.NATSURL == "" && !c.has(roleWorker, roleGateway, roleConsole) {
		return fmt.Errorf("BATON_ROLES=%s without NATS_URL cuts this process off from the others; set NATS_URL to a server that all of them share, or run all roles in one process", strings.Join(c.Roles, ","))
	}
	return nil
}

func checkDatabase(c *config) error {
	if c.AppURL != "" && c.DatabaseURL == "" {
		return fmt.Errorf("BATON_APP_URL is set without DATABASE_URL; set DATABASE_URL to the owner of the same database, which migrates it")
	}
	for _, v := range [][2]string{{"DATABASE_URL", c.DatabaseURL}, {"BATON_APP_URL", c.AppURL}} {
		if v[1] == "" {
			continue
		}
		if _, err := pgconn.ParseConfig(v[1]); err != nil {
			return fmt.Errorf("%s is not a PostgreSQL address; write postgres://user:password@host:5432/database", v[0])
		}
	}
	return nil
}

func checkPublicURL(c *config) error {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		return fmt.Errorf("BATON_PUBLIC_URL=%q is not an address of a site; write for example https://chat.example.com, without a path", c.PublicURL)
	}
	return nil
}

func checkFetchHosts(c *config) error {
	for _, host := range c.FetchHosts {
		if u, err := url.Parse(host); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("BATON_FETCH_HOSTS has %q, which is no address; write for example http://wiki.internal:8080, several separated by commas", host)
		}
	}
	return nil
}

// defaultFirstWord is what a visitor bears: the typing sign is shown meanwhile.
const defaultFirstWord = "10s"

func readFirstWord(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > assistant.MaxFirst {
		return 0, fmt.Errorf("BATON_FIRST_WORD=%q; write a time from 1s to %s: after it visitors are answered from the documents' own sentences", text, assistant.MaxFirst)
	}
	return d, nil
}

func checkModels(c *config) error {
	if !slices.Contains([]string{"both", "words", "meaning"}, c.Search) {
		return fmt.Errorf("BATON_SEARCH=%q; use both, words or meaning", c.Search)
	}
	if c.OpenAIURL != "" {
		if u, err := url.Parse(c.OpenAIURL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return fmt.Errorf("OPENAI_BASE_URL=%q is no address; write for example http://127.0.0.1:8000/v1", c.OpenAIURL)
		}
		if c.ChatModel == "" && c.EmbedModel == "" {
			return fmt.Errorf("OPENAI_BASE_URL is set, but no model; set BATON_CHAT_MODEL, BATON_EMBED_MODEL or both to names that this server offers")
		}
	}
	if c.ChatModel == "" && c.EmbedModel == "" {
		return nil
	}
	if c.OpenAIURL == "" && c.OpenAIKey == "" {
		return fmt.Errorf("BATON_CHAT_MODEL or BATON_EMBED_MODEL is set, but nowhere to ask; set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own")
	}
	if c.OpenAIURL == "" {
		c.OpenAIURL = defaultOpenAI
	}
	return nil
}

// has reports whether this process has all of the roles.
func (c *config) has(roles ...string) bool {
	for _, role := range roles {
		if !slices.Contains(c.Roles, role) {
			return false
		}
	}
	return true
}

// showConfig prints the effective values. Secrets are told only as set or not.
func showConfig(_ context.Context, p *program) error {
	c := p.config
	database := "(private cluster in BATON_DATA)"
	if c.DatabaseURL != "" {
		database = withoutPassword(c.DatabaseURL)
	}
	secret := func(v string) string {
		if v == "" {
			return ""
		}
		return "(set)"
	}
	for _, line := range [][2]string{
		{"BATON_ADDR", c.Addr},
		{"BATON_DATA", c.Data},
		{"DATABASE_URL", database},
		{"BATON_APP_URL", withoutPassword(c.AppURL)},
		{"BATON_ROLES", strings.Join(c.Roles, ",")},
		{"NATS_URL", withoutPassword(c.NATSURL)},
		{"BATON_PUBLIC_URL", c.PublicURL},
		{"BATON_TRUSTED_PROXIES", listed(c.Proxies)},
		{"OPENAI_API_KEY", secret(c.OpenAIKey)},
		{"OPENAI_BASE_URL", withoutPassword(c.OpenAIURL)},
		{"BATON_CHAT_MODEL", c.ChatModel},
		{"BATON_FIRST_WORD", c.FirstWord.String()},
		{"BATON_EMBED_MODEL", c.embedderName()},
		{"BATON_SEARCH", c.Search},
		{"BATON_FETCH_HOSTS", strings.Join(c.FetchHosts, ",")},
	} {
		if _, err := fmt.Fprintf(p.stdout, "%s=%s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	return nil
}

// withoutPassword returns an address fit to be printed. One that cannot be read is not printed at all.
func withoutPassword(text string) string {
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" {
		return "(set)"
	}
	if query := u.Query(); query.Has("password") {
		query.Set("password", "xxxxx")
		u.RawQuery = query.Encode()
	}
	return u.Redacted()
}
