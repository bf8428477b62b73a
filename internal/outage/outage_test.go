package outage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestOutageIsToldOnceAndEndsWhenItIsSettled(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	o := New(slog.New(slog.NewTextHandler(&log, nil)), "well again", 4*time.Second, func() time.Time { return now })
	o.Over()
	if o.Hold() {
		t.Error("there is an outage before anything failed")
	}
	for range 5 {
		o.Begin("away", errors.New("refused"))
		now = now.Add(2 * time.Second)
	}
	if !o.Hold() {
		t.Error("there is no outage")
	}
	o.Over() // 2 s after the last failure: one connection of many.
	if got := log.String(); strings.Count(got, "level=") != 1 || !strings.Contains(got, `msg=away error=refused`) {
		t.Fatalf("in the outage:\n%s", got)
	}
	now = now.Add(2 * time.Second)
	o.Over()
	o.Over()
	if got := log.String(); strings.Count(got, "level=") != 2 || !strings.Contains(got, `msg="well again" after=8s held_back=5`) {
		t.Errorf("after the outage:\n%s", got)
	}
	o.Begin("away", errors.New("refused"))
	if got := log.String(); strings.Count(got, "msg=away") != 2 {
		t.Errorf("the next outage:\n%s", got)
	}
}

func TestAway(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&pgconn.PgError{Code: "57P01"}, &pgconn.PgError{Code: "08006"}, &pgconn.PgError{Code: "53300"}, context.DeadlineExceeded, io.ErrUnexpectedEOF,
		&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, fmt.Errorf("read: %w", &pgconn.ConnectError{}),
	} {
		if !Away(err) {
			t.Errorf("%v is a database that is away", err)
		}
	}
	for _, err := range []error{nil, &pgconn.PgError{Code: "23505"}, &pgconn.PgError{Code: "57014"}, &pgconn.PgError{Code: "42P01"}, errors.New("no rows"), context.Canceled} {
		if Away(err) {
			t.Errorf("%v is no outage", err)
		}
	}
}
