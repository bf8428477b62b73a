package main

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/baton-chat/baton/migrations"
)

// version is set by the linker in releases; a build from a checkout says "development".
var version = "development"

func showVersion(_ context.Context, p *program) error {
	goVersion := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		goVersion = info.GoVersion
	}
	_, err := fmt.Fprintf(p.stdout, "baton %s (schema %s, %s)\n", version, migrations.Fingerprint(), goVersion)
	return err
}
