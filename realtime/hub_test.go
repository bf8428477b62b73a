package realtime_test

import (
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/workspace"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// openBus opens a bus that is closed when the test ends.
func openBus(t *testing.T, url string) *realtime.Bus {
	t.Helper()
	bus, err := realtime.OpenBus(realtime.BusOptions{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeBus(t, bus) })
	return bus
}

func closeBus(t *testing.T, bus *realtime.Bus) {
	t.Helper()
	if err := bus.Run(ended()); err != nil {
		t.Error(err)
	}
}

// startNATS is a NATS server with a port, as operators run one.
func startNATS(t *testing.T, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(patience) {
		t.Fatal("NATS does not start")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

func event(w, c uuid.UUID, n int) workspace.Event {
	return workspace.NewEvent(w, c, workspace.EventMessage, n)
}

// inbox collects what a watch hears.
type inbox chan string

func (in inbox) watch() realtime.Watch {
	return realtime.Watch{Event: func(e workspace.Event) { in <- string(e.Data) }, Lost: func() { in <- "lost" }}
}

func (in inbox) want(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case got := <-in:
			if got != w {
				t.Errorf("heard %q, want %q", got, w)
			}
		case <-time.After(patience):
			t.Fatalf("%q was not heard", w)
		}
	}
}

func TestWatchersHearWhatTheyWatch(t *testing.T) {
	t.Parallel()
	bus := openBus(t, "")
	w, other, c1, c2 := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	one, whole, foreign := make(inbox, 9), make(inbox, 9), make(inbox, 9)
	sub := bus.Watch(w, c1, one.watch())
	bus.Watch(w, uuid.Nil, whole.watch())
	bus.Watch(other, uuid.Nil, foreign.watch())
	bus.Publish(event(w, c1, 1))
	bus.Publish(event(w, c2, 2))
	bus.Publish(event(w, uuid.Nil, 3))
	sub.Close()
	bus.Publish(event(w, c1, 4))
	// Local delivery is done when Publish returns.
	close(one)
	close(whole)
	close(foreign)
	for name, c := range map[string]struct {
		in   inbox
		want []string
	}{"conversation": {one, []string{"1"}}, "workspace": {whole, []string{"1", "2", "3", "4"}}, "another workspace": {foreign, nil}} {
		if got := slices.Collect(chanSeq(c.in)); !slices.Equal(got, c.want) {
			t.Errorf("%s heard %v, want %v", name, got, c.want)
		}
	}
}

func chanSeq(in inbox) func(func(string) bool) {
	return func(yield func(string) bool) {
		for s := range in {
			if !yield(s) {
				return
			}
		}
	}
}

func TestCallsOfOneWatchNeverOverlap(t *testing.T) {
	t.Parallel()
	bus := openBus(t, "")
	w := uuid.New()
	var inside, heard int // unguarded on purpose: the race detector is the test
	bus.Watch(w, uuid.Nil, realtime.Watch{Event: func(workspace.Event) {
		inside++
		if inside != 1 {
			t.Error("two calls overlap")
		}
		heard++
		inside--
	}})
	var publishers sync.WaitGroup
	for range 8 {
		publishers.Go(func() {
			for i := range 25 { // 200 events together: within the queue
				bus.Publish(event(w, uuid.Nil, i))
			}
		})
	}
	publishers.Wait()
	done := make(chan int, 1)
	bus.Watch(w, uuid.Nil, realtime.Watch{Event: func(workspace.Event) { done <- 0 }})
	bus.Publish(event(w, uuid.Nil, 0))
	<-done
	if heard != 201 {
		t.Errorf("heard %d events, want 201", heard)
	}
}

func TestSlowWatcherIsToldOfItsLoss(t *testing.T) {
	t.Parallel()
	bus := openBus(t, "")
	w := uuid.New()
	entered, leave := make(chan struct{}), make(chan struct{})
	slow := make(inbox, 999)
	var first sync.Once
	bus.Watch(w, uuid.Nil, realtime.Watch{
		Event: func(e workspace.Event) {
			first.Do(func() { close(entered); <-leave })
			slow <- string(e.Data)
		},
		Lost: func() { slow <- "lost" },
	})
	var stuck sync.WaitGroup
	stuck.Go(func() { bus.Publish(event(w, uuid.Nil, 0)) })
	<-entered
	// Nobody else waits for the slow one.
	quick := make(inbox, 999)
	bus.Watch(w, uuid.Nil, quick.watch())
	for i := 1; i <= 300; i++ {
		bus.Publish(event(w, uuid.Nil, i))
	}
	for i := 1; i <= 300; i++ {
		quick.want(t, strconv.Itoa(i))
	}
	close(leave)
	stuck.Wait()
	slow.want(t, "0", "lost")
	bus.Publish(event(w, uuid.Nil, 301))
	slow.want(t, "301")
}

func TestWatcherMayPublish(t *testing.T) {
	t.Parallel()
	bus := openBus(t, "")
	w := uuid.New()
	heard := make(inbox, 9)
	bus.Watch(w, uuid.Nil, realtime.Watch{Event: func(e workspace.Event) {
		heard <- string(e.Data)
		if string(e.Data) == "1" {
			bus.Publish(event(w, uuid.Nil, 2))
		}
	}})
	bus.Publish(event(w, uuid.Nil, 1))
	heard.want(t, "1", "2")
}

func TestNodesHearEachOther(t *testing.T) {
	t.Parallel()
	nats := startNATS(t, server.RANDOM_PORT)
	a, b := openBus(t, nats.ClientURL()), openBus(t, nats.ClientURL())
	w, c := uuid.New(), uuid.New()
	atA, atB := make(inbox, 99), make(inbox, 99)
	a.Watch(w, c, atA.watch())
	b.Watch(w, c, atB.watch())
	for i := range 3 {
		a.Publish(event(w, c, i))
	}
	atB.want(t, "0", "1", "2")
	b.Publish(event(w, c, 3))
	// Were A's own events echoed, they would stand between.
	atA.want(t, "0", "1", "2", "3")
	atB.want(t, "3")
	if err := a.Ready(); err != nil {
		t.Errorf("ready: %v", err)
	}
}

func TestNATSAwayAndBack(t *testing.T) {
	t.Parallel()
	nats := startNATS(t, server.RANDOM_PORT)
	bus := openBus(t, nats.ClientURL())
	w := uuid.New()
	heard := make(inbox, 99)
	bus.Watch(w, uuid.Nil, heard.watch())
	port := nats.Addr().(*net.TCPAddr).Port
	nats.Shutdown()
	nats.WaitForShutdown()
	// This node's own watchers hear on.
	bus.Publish(event(w, uuid.Nil, 1))
	heard.want(t, "1")
	startNATS(t, port)
	heard.want(t, "lost")
	if err := bus.Ready(); err != nil {
		t.Errorf("ready: %v", err)
	}
}

func TestNATSNotThereAtStart(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	bus, err := realtime.OpenBus(realtime.BusOptions{URL: "nats://127.0.0.1:1", Log: slog.New(slog.NewTextHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if told := said.String(); strings.Count(told, "level=WARN") != 1 || !strings.Contains(told, "NATS_URL") {
		t.Errorf("the operator was told %q", told)
	}
	t.Cleanup(func() { closeBus(t, bus) })
	w := uuid.New()
	heard := make(inbox, 9)
	bus.Watch(w, uuid.Nil, heard.watch())
	bus.Publish(event(w, uuid.Nil, 1))
	heard.want(t, "1")
	if bus.Ready() == nil {
		t.Error("a bus without its server calls itself ready")
	}
}
