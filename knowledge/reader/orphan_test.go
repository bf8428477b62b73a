package reader

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/baton-chat/baton/knowledge/source"
)

// beServer is a server whose only document is never read to its end. It says which processes read it.
func beServer() {
	self, err := os.Executable()
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = New(Config{Command: []string{self, "family"}, Limits: limits()}).Read(context.Background(), source.File{Name: "a.txt", Content: []byte("text")}, func(child, grandchild int) {
		fmt.Println(child, grandchild)
	})
	fmt.Println(err)
}

// beFamily is a reader with a program that it started, as pdftotext is; both go on for ever.
func beFamily() {
	program := exec.Command("/bin/sleep", "300")
	if err := program.Start(); err != nil {
		fmt.Printf(`{"error":%q}`+"\n", err)
		return
	}
	fmt.Printf(`{"done":%d,"total":%d}`+"\n", os.Getpid(), program.Process.Pid)
	select {}
}

// A server that is killed can end nothing any more. The reader, and what the reader started, end by themselves.
func TestKilledServerLeavesNoReader(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command(self, "server")
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var child, grandchild int
	if _, err := fmt.Sscan(said, &child, &grandchild); err != nil || !runs(child) || !runs(grandchild) {
		t.Fatalf("the server said %q", said)
	}
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = server.Wait()
	deadline, tick := time.After(10*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for runs(child) || runs(grandchild) {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("10 s after the server was killed its reader runs: %v, and what that started: %v", runs(child), runs(grandchild))
		}
	}
}

// runs reports whether a process is there and not merely waiting to be buried.
func runs(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return !errors.Is(err, os.ErrNotExist) || !hasProc()
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z") && !strings.HasPrefix(after, "X")
}

func hasProc() bool {
	_, err := os.Stat("/proc/self/stat")
	return err == nil
}
