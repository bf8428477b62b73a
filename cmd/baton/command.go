package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
)

// program is one start of baton, as a value: tests start it with an environment and pipes of their own.
type program struct {
	args   []string
	getenv func(string) string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	// command, config and log are set once, before the command runs.
	command command
	config  config
	log     *slog.Logger
}

// command is one word after "baton".
type command struct {
	name  string
	usage string // what follows the name
	about string // one line for the list; a command without is not listed
	run   func(context.Context, *program) error
}

func commands() []command {
	return []command{
		{"serve", "", "run the server: widget, console, assistant", plain(serve)},
		{"migrate", "", "bring the database to this binary's schema", plain(migrate)},
		{"agent", "add|link|list …", "add people to the team and print sign-in links", agent},
		{"inbox", "list|allow|deny [ORIGIN]", "print script tags, say which sites may carry them", inbox},
		{"ingest", "PATH|URL… | --jsonl FILE", "add documents to the knowledge base", ingest},
		{"ask", "QUESTION | --batch", "ask the assistant", ask},
		{"search", "QUERY | --batch", "search the knowledge base", search},
		{"signals", "TEXT | --batch", "read the signals of a message", signals},
		{"rules", "show", "print the escalation rules as JSON", rules},
		{"chat", "", "be a visitor in the terminal", chat},
		{"config", "", "print the effective configuration, without secrets", plain(showConfig)},
		{"version", "", "print the version", plain(showVersion)},
		// Hidden: the server starts it for each document.
		{readDocumentCommand, "", "", readDocument},
	}
}

// usageError is a mistake in how a command was called. It says what is right.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

// Exit codes: 0 done, 1 failed, 2 called wrongly.
const (
	exitFailed = 1
	exitUsage  = 2
)

// run starts one command and returns the exit code. Every error ends as one sentence on standard error.
func run(ctx context.Context, p program) int {
	if len(p.args) == 0 || slices.Contains([]string{"help", "-h", "--help"}, p.args[0]) {
		printHelp(p.stdout)
		return 0
	}
	index := slices.IndexFunc(commands(), func(c command) bool { return c.name == p.args[0] })
	if index < 0 {
		fmt.Fprintf(p.stderr, "baton: there is no command %q; `baton help` lists them\n", p.args[0])
		return exitUsage
	}
	c := commands()[index]
	p.command, p.args = c, p.args[1:]
	p.log = newLog(p.stderr, c.name)
	var err error
	if p.config, err = readConfig(p.getenv); err == nil {
		err = c.run(ctx, &p)
	}
	return p.report(c, err)
}

// newLog writes lines to standard error. The server tells what it does; the other commands only what is wrong, because their own words follow.
func newLog(w io.Writer, command string) *slog.Logger {
	level := slog.LevelWarn
	if command == "serve" {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

func (p *program) report(c command, err error) int {
	var usage usageError
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(p.stderr, "baton %s: %v\nusage: baton %s %s\n", c.name, err, c.name, c.usage)
		return exitUsage
	default:
		fmt.Fprintf(p.stderr, "baton %s: %v\n", c.name, err)
		return exitFailed
	}
}

func printHelp(w io.Writer) {
	fmt.Fprintln(w, "Baton is an AI-first support chat: visitors ask, the assistant answers from your documents, people take over.")
	fmt.Fprintln(w, "\nCommands:")
	for _, c := range commands() {
		if c.about == "" {
			continue
		}
		fmt.Fprintf(w, "  %-34s %s\n", strings.TrimSpace(c.name+" "+c.usage), c.about)
	}
	fmt.Fprintln(w, "\nThe configuration is read from the environment; `baton config` prints it. README.md tells how to begin.")
}

// plain is for commands that take nothing: what stands behind them is a mistake, perhaps a flag somebody hoped for.
func plain(run func(context.Context, *program) error) func(context.Context, *program) error {
	return func(ctx context.Context, p *program) error {
		rest, err := p.parse(p.flags("plain"))
		if err == nil && len(rest) > 0 {
			err = usageError{fmt.Sprintf("it takes no %q; settings come from the environment, and `baton config` prints them", rest[0])}
		}
		if err != nil {
			return err
		}
		return run(ctx, p)
	}
}

// flags returns a flag set whose errors become usage errors, printed by report and nowhere else.
func (p *program) flags(name string) *flag.FlagSet {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	return set
}

// parse reads flags wherever they stand, so that `baton ask "…" --json` works like `baton ask --json "…"`, and returns the other arguments.
func (p *program) parse(set *flag.FlagSet) ([]string, error) {
	var rest []string
	args := p.args
	for {
		if err := set.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				fmt.Fprintf(p.stdout, "baton %s: %s\nusage: baton %s\n", p.command.name, p.command.about, strings.TrimSpace(p.command.name+" "+p.command.usage))
				set.SetOutput(p.stdout)
				set.PrintDefaults()
				return nil, err
			}
			return nil, usageError{err.Error()}
		}
		if set.NArg() == 0 {
			return rest, nil
		}
		rest = append(rest, set.Arg(0))
		args = set.Args()[1:]
	}
}
