package realtime_test

import (
	"log/slog"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/baton-chat/baton/realtime"
)

// startCluster is three NATS servers that know each other, as operators run them.
func startCluster(t *testing.T) (servers []*server.Server) {
	t.Helper()
	for i := range 3 {
		options := &server.Options{
			ServerName: string(rune('a' + i)), Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true,
			Cluster: server.ClusterOpts{Name: "baton", Host: "127.0.0.1", Port: server.RANDOM_PORT},
		}
		if i > 0 {
			options.Routes = []*url.URL{{Scheme: "nats", Host: servers[0].ClusterAddr().String()}}
		}
		s, err := server.NewServer(options)
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		if !s.ReadyForConnections(patience) {
			t.Fatal("NATS does not start")
		}
		t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
		servers = append(servers, s)
	}
	for _, s := range servers {
		for deadline := time.Now().Add(patience); s.NumRoutes() < 2; {
			if time.Now().After(deadline) {
				t.Fatalf("server %s has %d routes", s.Name(), s.NumRoutes())
			}
		}
	}
	return servers
}

// Nodes on different servers of a cluster hear each other; when a server dies its nodes go on with another one, and watchers are told that something may be missing.
func TestClusterOfThree(t *testing.T) {
	t.Parallel()
	servers := startCluster(t)
	open := func(url string) *realtime.Bus {
		b, err := realtime.OpenBus(realtime.BusOptions{URL: url, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { closeBus(t, b) })
		return b
	}
	a, b := open(servers[0].ClientURL()), open(servers[1].ClientURL()) // The client learns of the other servers by itself; given several it picks one.
	w, c := uuid.New(), uuid.New()
	in := make(inbox, 64)
	defer b.Watch(w, c, in.watch()).Close()
	hear := func(n int) {
		t.Helper()
		// Interest spreads through the cluster in its own time: it is published until it is heard.
		for deadline := time.Now().Add(patience); ; {
			a.Publish(event(w, c, n))
			select {
			case <-in:
				return
			case <-time.After(10 * time.Millisecond):
				if time.Now().After(deadline) {
					t.Fatal("nothing is heard")
				}
			}
		}
	}
	hear(1)
	servers[1].Shutdown()
	for lost := false; !lost; {
		select {
		case got := <-in:
			lost = got == "lost"
		case <-time.After(patience):
			t.Fatal("the watcher was not told that its server died")
		}
	}
	hear(2)
	if err := b.Ready(); err != nil {
		t.Errorf("ready: %v", err)
	}
}
