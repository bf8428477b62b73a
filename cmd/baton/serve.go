package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gin-gonic/gin"

	"github.com/baton-chat/baton/agentconsole"
	"github.com/baton-chat/baton/presence"
	"github.com/baton-chat/baton/realtime"
	"github.com/baton-chat/baton/widget"
	"github.com/baton-chat/baton/workspace"
)

// serve runs the server until it is told to stop. It stops in order: sockets and requests first, then the work they caused, then the bus, the database last.
func serve(ctx context.Context, p *program) (err error) {
	lock, err := onlyServe(p.config.Data)
	if err != nil {
		return err
	}
	defer lock.Close()
	listener, err := listen(ctx, p.config.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	p.config.PublicURL = publicURL(p, listener)
	db, err := p.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	bus, err := realtime.OpenBus(realtime.BusOptions{URL: p.config.NATSURL, Log: p.log})
	if err != nil {
		return err
	}
	return p.serveOn(ctx, listener, db, bus)
}

// onlyServe refuses a second server on the same data directory. The lock belongs to the open file, so that it goes with the process, however that ends.
func onlyServe(data string) (*os.File, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the data directory BATON_DATA=%s: %w", data, err)
	}
	file, err := os.OpenFile(filepath.Join(data, "serve.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot write into the data directory BATON_DATA=%s: %w", data, err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("another `baton serve` runs on %s; stop it, or set BATON_DATA to another directory", data)
	}
	return file, nil
}

// publicURL is the address that is printed and allowed. With port 0 the real port is known only now.
func publicURL(p *program, listener net.Listener) string {
	if strings.TrimSpace(p.getenv("BATON_PUBLIC_URL")) != "" || !strings.HasSuffix(p.config.PublicURL, ":0") {
		return p.config.PublicURL
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return strings.TrimSuffix(p.config.PublicURL, "0") + port
}

// services are what runs, in the order in which it stops.
type services struct {
	house    *house
	presence *presence.Registry
	widget   *widget.Handler       // nil without the role
	console  *agentconsole.Handler // nil without the role
	http     *http.Server
}

func (p *program) serveOn(ctx context.Context, listener net.Listener, db *database, bus *realtime.Bus) error {
	h, err := p.build(db, bus)
	if err != nil {
		return err
	}
	inbox, priya, err := seedDemo(ctx, h.workspaces, h.knowledge)
	if err != nil {
		return fmt.Errorf("fill the demo workspace: %w", err)
	}
	s := &services{house: h, presence: presence.New(db.app, bus, p.log, nil)}
	if err := s.takeOver(ctx); err != nil {
		return err
	}
	router := newRouter(p.log)
	health(router, s.ready)
	if err := s.mount(router, inbox.PublicKey); err != nil {
		return err
	}
	s.http = newServer(behindProxies(p.config.Proxies, router), p.log)
	if err := p.greet(ctx, h, priya); err != nil {
		return err
	}
	return inOrder(ctx, s.all(listener)...)
}

// all are the services of this process's roles, in the order in which they stop: what depends on others stands before them.
func (s *services) all(listener net.Listener) []service {
	var list []service
	if s.widget != nil {
		list = append(list, s.widget.Run)
	}
	if s.console != nil {
		list = append(list, s.drain)
	}
	list = append(list, s.serveHTTP(listener))
	h := s.house
	if s.widget != nil {
		list = append(list, s.unanswered)
	}
	if h.config.has(roleWorker) {
		list = append(list, s.work, s.route, s.watchDocuments)
		if h.embeds() {
			list = append(list, s.meaning)
		}
	}
	list = append(list, s.presence.Run, h.bus.Run)
	if h.db.cluster != nil {
		list = append(list, h.db.cluster.Run)
	}
	return list
}

// mount adds the surfaces of this process's roles.
func (s *services) mount(router *gin.Engine, demoInbox string) error {
	h := s.house
	if h.config.has(roleGateway) {
		var err error
		s.widget, err = widget.New(widget.Deps{
			Workspaces: h.workspaces, Conversations: h.conversations, Presence: s.presence, Bus: h.bus, Log: h.log, Limits: widget.DefaultLimits(),
			Origin: h.config.PublicURL, Mark: demoMark,
		})
		if err != nil {
			return err
		}
		s.widget.Routes(router)
		shop := gin.WrapH(demoPage(h.workspaces))
		router.GET("/demo", shop)
		router.GET("/demo/*path", shop)
	}
	if h.config.has(roleConsole) {
		s.console = agentconsole.New(agentconsole.Config{
			Workspaces: h.workspaces, Conversations: h.conversations, Knowledge: h.knowledge, Presence: s.presence, Bus: h.bus, Log: h.log,
			PublicURL: h.config.PublicURL, DemoInbox: demoInbox, Mark: demoMark,
		})
		s.console.Routes(router)
		router.GET("/", func(c *gin.Context) { c.Redirect(http.StatusFound, "/console/") })
	}
	return nil
}

// ready tells whether this process can serve: the database answers and the bus is connected. That the schema fits was settled by the migration before the start.
func (s *services) ready(ctx context.Context) error {
	if err := s.house.db.app.Ping(ctx); err != nil {
		return errors.New("the database does not answer")
	}
	return s.house.bus.Ready()
}

// greet prints where to go.
func (p *program) greet(ctx context.Context, h *house, priya workspace.Agent) error {
	fmt.Fprintf(p.stdout, "demo=%s/demo\n", p.config.PublicURL)
	var err error
	if priya.Email != "" {
		var link string
		if link, err = signInLink(ctx, h.workspaces, priya, p.config.PublicURL); err == nil {
			fmt.Fprintf(p.stdout, "console=%s\n", link)
		}
	}
	fmt.Fprintf(p.stdout, "knowledge=add files on the console's Knowledge page, or with `bin/baton ingest FILES…`\n")
	return err
}
