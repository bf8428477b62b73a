package reader

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/baton-chat/baton/knowledge/source"
)

// The test binary is its own child: with one of these words as its first
// argument it reads a document, or misbehaves as a broken parser would.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 {
		os.Exit(m.Run())
	}
	fault, planted := faults[os.Args[1]]
	switch {
	case os.Args[1] == "read-document":
		if err := Main(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case os.Args[1] == "server":
		beServer()
	case planted:
		if err := confine(Limits{Memory: watched * 384 << 20, CPU: 2, Files: 1 << 20}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		go followParent()
		fault()
	default:
		os.Exit(m.Run())
	}
	os.Exit(0)
}

// faults are what parsers have done.
var faults = map[string]func(){
	"loop": func() {
		for n := 0; ; n++ {
			runtime.KeepAlive(n)
		}
	},
	"hang": func() { select {} },
	"hoard": func() {
		var all [][]byte
		for {
			block := make([]byte, 16<<20)
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
			all = append(all, block)
			runtime.KeepAlive(all)
		}
	},
	"recurse": func() { fmt.Println(recurse(1)) },
	"panic":   func() { panic("a library that did not expect this") },
	"exit":    func() { os.Exit(3) },
	"silent":  func() {},
	"family":  beFamily,
	"garbage": func() { fmt.Println("This is no JSON.") },
	"empty":   func() { fmt.Println(`{"document":{"title":"x","sections":[]}}`) },
	"flood": func() {
		line := strings.Repeat("x", 1<<20)
		for {
			if _, err := os.Stdout.WriteString(line); err != nil {
				return
			}
		}
	},
	"network": func() {
		_, err := net.DialTimeout("tcp", os.Getenv("TMPDIR"), time.Second)
		_, err2 := net.Dial("udp", "127.0.0.1:9")
		fmt.Printf(`{"failure":{"code":"network","cause":%q,"fix":%q}}`+"\n", fmt.Sprint(err), fmt.Sprint(err2))
	},
	"environment": func() {
		fmt.Printf(`{"failure":{"code":"environment","cause":%q,"fix":%q}}`+"\n", strings.Join(os.Environ(), " "), fmt.Sprint(os.Getuid()))
	},
	"disk": func() {
		err := os.WriteFile(os.Getenv("TMPDIR")+"/big", make([]byte, 8<<20), 0o600)
		fmt.Printf(`{"failure":{"code":"disk","cause":%q,"fix":"."}}`+"\n", fmt.Sprint(err))
	},
	"orphan": func() {
		// A program that it started holds on when it is gone.
		_ = exec.Command("/bin/sleep", "300").Start()
		os.Exit(4)
	},
}

// recurse ends where no stack does.
func recurse(n int) int {
	if n < 0 {
		return 0
	}
	return recurse(n+1) + 1
}

func limits() Limits {
	l := DefaultLimits()
	l.CPU, l.Wall, l.Idle = 2, 30_000, 20_000
	return l
}

func reading(t *testing.T, word string, l Limits) *Reader {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return New(Config{Command: []string{self, word}, PDFToText: FindPDFToText(), Limits: l})
}

func code(t *testing.T, err error) string {
	t.Helper()
	var failure *source.Error
	if !errors.As(err, &failure) {
		t.Fatalf("got %v, want a *source.Error", err)
	}
	return failure.Code
}

// longest is how long a reading may take on a machine that is busy with other work: that of the killing is in it.
func (l Limits) longest() time.Duration {
	return time.Duration(l.Wall+starvation)*time.Millisecond + 3*killPatience
}

func TestFaultsHaveTheirCause(t *testing.T) {
	t.Parallel()
	hang := limits()
	hang.Idle = 300
	for _, c := range []struct {
		word, code string
		limits     Limits
	}{
		{"loop", source.CodeTooComplex, limits()},
		{"hang", source.CodeTooComplex, hang},
		{"hoard", source.CodeTooComplex, limits()},
		{"recurse", source.CodeTooComplex, limits()},
		{"panic", source.CodeDamaged, limits()},
		{"exit", source.CodeDamaged, limits()},
		{"silent", source.CodeDamaged, limits()},
		{"garbage", source.CodeDamaged, limits()},
		{"empty", source.CodeDamaged, limits()},
		{"flood", source.CodeTooComplex, limits()},
		{"orphan", source.CodeDamaged, limits()},
	} {
		t.Run(c.word, func(t *testing.T) {
			t.Parallel()
			r := reading(t, c.word, c.limits)
			err := ErrStarved
			for tries := 0; errors.Is(err, ErrStarved) && tries < 5; tries++ { // As its job would.
				began := time.Now()
				_, err = r.Read(t.Context(), source.File{Name: "a.txt", Content: []byte("text")}, nil)
				if took := time.Since(began); took > c.limits.longest() {
					t.Errorf("it took %s", took)
				}
			}
			if got := code(t, err); got != c.code {
				t.Errorf("code %q (%v), want %q", got, err, c.code)
			}
		})
	}
}

// What the child is not given, it cannot lose.
func TestChildHasNothing(t *testing.T) {
	t.Parallel()
	said := func(word string) *source.Error {
		t.Helper()
		_, err := reading(t, word, limits()).Read(t.Context(), source.File{Name: "a.txt", Content: []byte("text")}, nil)
		var failure *source.Error
		if !errors.As(err, &failure) {
			t.Fatalf("%s: %v", word, err)
		}
		return failure
	}
	environment := said("environment")
	if words := strings.Fields(environment.Cause); len(words) != 4 || !strings.HasPrefix(words[0], "TMPDIR=") {
		t.Errorf("its environment is %q", environment.Cause)
	}
	if os.Getuid() == 0 && environment.Fix == "0" {
		t.Error("it is root")
	}
	if disk := said("disk"); disk.Cause == "<nil>" {
		t.Error("it could write a file beyond its limit")
	}
	if network := said("network"); runtime.GOOS == "linux" && !strings.Contains(network.Fix, "operation not permitted") {
		t.Errorf("a socket: %s, %s", network.Cause, network.Fix)
	}
}

// Reading in a child gives what reading here gives.
func TestChildReads(t *testing.T) {
	t.Parallel()
	file := source.File{Name: "returns.md", Content: []byte("# Returns\n\nWithin 10 days.\n\n## How\n\n- Ask\n- Wait\n")}
	got, err := reading(t, "read-document", limits()).Read(t.Context(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := source.Read(t.Context(), file, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	_, err = reading(t, "read-document", limits()).Read(t.Context(), source.File{Name: "a.png", Content: []byte("\x89PNG\r\n")}, nil)
	if got := code(t, err); got != source.CodeWrongType {
		t.Errorf("a picture is %q", got)
	}
}

// The server's end is no fault of the file, and ends the child.
func TestEndOfContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := reading(t, "hang", limits()).Read(ctx, source.File{Name: "a.txt", Content: []byte("text")}, nil)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestNoProgramNoVerdict(t *testing.T) {
	t.Parallel()
	_, err := New(Config{Command: []string{"/nonexistent/baton"}}).Read(t.Context(), source.File{Name: "a.txt", Content: []byte("text")}, nil)
	var failure *source.Error
	if err == nil || errors.As(err, &failure) {
		t.Errorf("a program that is not there gave %v", err)
	}
}
