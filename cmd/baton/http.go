package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	// headerTimeout ends connections that begin a request and do not finish its head.
	headerTimeout = 5 * time.Second
	// bodyTimeout is for the largest upload (20 MiB) over a slow line.
	bodyTimeout = 5 * time.Minute
	// idleTimeout closes kept-alive connections nobody uses.
	idleTimeout = 2 * time.Minute
	// headerBytes is ample for browsers and small enough that a flood of heads fits into memory.
	headerBytes = 16 << 10
	// stopTimeout is how long requests in flight may take to end when the server stops. Sockets are closed before, with their own code.
	stopTimeout = 10 * time.Second
	// readyTimeout is how long a readiness probe waits for the database.
	readyTimeout = 2 * time.Second
)

// newRouter returns the router that all surfaces share. A handler logs its own failure where it decides on it; here only panics are caught.
func newRouter(log *slog.Logger) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	// A header that anybody can forge decides nothing; behindProxies has read those of trusted proxies before.
	_ = router.SetTrustedProxies(nil)
	router.Use(func(c *gin.Context) {
		defer recovered(c, log)
		c.Next()
	})
	router.HandleMethodNotAllowed = true
	router.NoRoute(func(c *gin.Context) {
		nothingHere(c, http.StatusNotFound, "not_found", "There is nothing at this address.")
	})
	router.NoMethod(func(c *gin.Context) {
		nothingHere(c, http.StatusMethodNotAllowed, "method_not_allowed", "This address does not take this method.")
	})
	return router
}

// nothingHere answers in the API's one shape of errors, and in a sentence elsewhere.
func nothingHere(c *gin.Context, status int, code, words string) {
	if strings.HasPrefix(c.Request.URL.Path, "/api/") {
		c.JSON(status, gin.H{"code": code, "error": words, "fix": "docs/protocol.md and docs/console-api.md list the addresses."})
		return
	}
	c.String(status, words+"\n")
}

// recovered turns a panic into an answer and one log line; the process goes on.
func recovered(c *gin.Context, log *slog.Logger) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v) // net/http's own way to end a request.
	}
	log.Error("panic in a request", "method", c.Request.Method, "path", c.FullPath(), "panic", v, "stack", string(debug.Stack()))
	if !c.Writer.Written() {
		c.AbortWithStatusJSON(http.StatusInternalServerError, gin.H{"code": "internal", "error": "Something went wrong on the server.", "fix": "Try again; the server's log has the cause."})
	}
}

// health adds /healthz (the process is alive) and /readyz (what it needs is there).
func health(router gin.IRouter, ready func(context.Context) error) {
	alive := func(c *gin.Context) { c.String(http.StatusOK, "alive\n") }
	router.GET("/healthz", alive)
	router.HEAD("/healthz", alive)
	probe := func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), readyTimeout)
		defer cancel()
		if err := ready(ctx); err != nil {
			c.String(http.StatusServiceUnavailable, "not ready: %v\n", err)
			return
		}
		c.String(http.StatusOK, "ready\n")
	}
	router.GET("/readyz", probe)
	router.HEAD("/readyz", probe)
}

// listen opens the address, so that a port in use is told before anything else starts.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on BATON_ADDR=%s: %w; stop what uses it, or set BATON_ADDR to another port", addr, err)
	}
	return listener, nil
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: headerBytes,
		ErrorLog: slog.NewLogLogger(levelHandler{log.Handler(), slog.LevelDebug}, slog.LevelDebug),
	}
}
