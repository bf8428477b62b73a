package main

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"

	"github.com/baton-chat/baton/internal/pgtest"
	"github.com/baton-chat/baton/realtime/core"
)

// natsCluster is three NATS servers that know each other, as NATS_URL names them.
func natsCluster(t *testing.T) string {
	t.Helper()
	var urls []string
	var first *natsserver.Server
	for i := range 3 {
		options := &natsserver.Options{
			ServerName: fmt.Sprint("n", i), Host: "127.0.0.1", Port: natsserver.RANDOM_PORT, NoSigs: true, NoLog: true,
			Cluster: natsserver.ClusterOpts{Name: "baton", Host: "127.0.0.1", Port: natsserver.RANDOM_PORT},
		}
		if first != nil {
			options.Routes = []*url.URL{{Scheme: "nats", Host: first.ClusterAddr().String()}}
		}
		s, err := natsserver.NewServer(options)
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		if !s.ReadyForConnections(patience) {
			t.Fatal("NATS does not start")
		}
		t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
		if first == nil {
			first = s
		}
		urls = append(urls, s.ClientURL())
	}
	return strings.Join(urls, ",")
}

// freeAddr is an address that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It is closed at once.
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// nginx puts the distribution's nginx in front of gateways and the console, configured as operators do it, and returns its address.
func nginx(t *testing.T, addr, console string, gateways ...string) {
	t.Helper()
	bin, err := exec.LookPath("nginx")
	if err != nil {
		if bin, err = filepath.Abs("../../.tools/nginx/usr/sbin/nginx"); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	var servers strings.Builder
	for _, g := range gateways {
		fmt.Fprintf(&servers, "server %s max_fails=1 fail_timeout=1s; ", g)
	}
	config := fmt.Sprintf(`
daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 512; }
http {
  access_log off; client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
  upstream gateways { %[4]s }
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  server {
    listen %[2]s;
    proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_read_timeout 60s; proxy_buffering off;
    location /api/console/ { proxy_pass http://%[3]s; }
    location /console/ { proxy_pass http://%[3]s; }
    location / { proxy_pass http://gateways; proxy_next_upstream error timeout http_502 http_503 non_idempotent; }
  }
}`, dir, addr, console, servers.String())
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bin, "-p", dir, "-c", file, "-e", filepath.Join(dir, "error.log"))
	var said syncBuffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatalf("nginx: %v; `make setup-test` unpacks it", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	eventually(t, "nginx to listen", func() bool {
		c, err := net.Dial("tcp", addr) //nolint:noctx // It is closed at once.
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
}

// Gateways, console and worker are processes of their own on a NATS cluster, behind nginx. The gateways are restarted one after the other while visitors write, over sockets and over calls: nobody sees an error,
// and nothing is lost, doubled or out of order.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	nats, front, consoleAddr := natsCluster(t), freeAddr(t), freeAddr(t)
	db := pgtest.Empty(t).OwnerURL
	env := func(addr, roles string) map[string]string {
		return map[string]string{"DATABASE_URL": db, "NATS_URL": nats, "BATON_ADDR": addr, "BATON_ROLES": roles, "BATON_PUBLIC_URL": "http://" + front, "BATON_SEARCH": "words"}
	}
	console := start(t, env(consoleAddr, "console"))
	start(t, env(freeAddr(t), "worker"))
	addrs := []string{freeAddr(t), freeAddr(t)}
	var gateways []*server
	for _, a := range addrs {
		gateways = append(gateways, start(t, env(a, "gateway")))
	}
	nginx(t, front, consoleAddr, addrs...)
	console.url = "http://" + front
	_, page := console.get("/demo")
	_, rest, _ := strings.Cut(page, `data-inbox="`)
	inbox, _, _ := strings.Cut(rest, `"`)
	var tabs []*tab
	for i := range 8 {
		tabs = append(tabs, openTab(t, console.url, inbox, i%2 == 1))
	}
	said := make([][]string, len(tabs))
	stop := make(chan struct{})
	var writing sync.WaitGroup
	for i, b := range tabs {
		writing.Go(func() { said[i] = b.write(t, i, stop) })
	}
	for i := range gateways {
		gateways[i].stop()
		gateways[i] = start(t, env(addrs[i], "gateway"))
		// Everybody gets something through before the next one goes.
		for _, b := range tabs {
			marker := b.say(t.Context(), fmt.Sprint("after gateway ", i))
			eventually(t, "a message to be stored", func() bool { return b.isSent(marker) })
		}
	}
	close(stop)
	writing.Wait()
	for i, b := range tabs {
		b.check(t, i, said[i])
	}
}

// write says numbered messages, about two a second, until stop; and returns them.
func (b *tab) write(t *testing.T, i int, stop <-chan struct{}) (bodies []string) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-stop:
			return bodies
		case <-t.Context().Done():
			return bodies
		case <-tick.C:
		}
		body := fmt.Sprintf("%d of tab %d", n, i)
		b.say(t.Context(), body)
		bodies = append(bodies, body)
	}
}

// check waits for the last message and looks at all that the visitor saw.
func (b *tab) check(t *testing.T, i int, said []string) {
	t.Helper()
	last := b.say(t.Context(), "the last")
	eventually(t, "the last message", func() bool { return b.isSent(last) })
	eventually(t, "all to be shown", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return slices.Contains(b.shown, "the last")
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.failed) > 0 || slices.Contains(b.states, core.Stopped) {
		t.Errorf("tab %d: refused %v, states %v", i, b.failed, b.states)
	}
	var numbered []string
	for _, body := range b.shown {
		if strings.Contains(body, " of tab ") {
			numbered = append(numbered, body)
		}
	}
	if !slices.Equal(numbered, said) {
		t.Errorf("tab %d said %d, and saw %d: %v", i, len(said), len(numbered), numbered)
	}
}
