package live

import (
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"time"
)

// process is a child that the run may kill.
type process struct {
	cmd *exec.Cmd
	end chan struct{} // closed when it has ended
}

func startProcess(path string, args, env []string, stdout, stderr io.Writer) (*process, error) {
	cmd := exec.Command(path, args...) //nolint:gosec,noctx // the program under test, or this one
	cmd.Env, cmd.Stdout, cmd.Stderr = env, stdout, stderr
	// A run that is killed leaves nothing behind: the kernel ends the children.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	p := &process{cmd: cmd, end: make(chan struct{})}
	go func() { _ = cmd.Wait(); close(p.end) }()
	return p, nil
}

// kill is kill -9, and returns when the process is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.end
}

// stop asks the process to end, as an operator would.
func (p *process) stop(patience time.Duration) {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.end:
	case <-time.After(patience):
		p.kill()
	}
}

func (p *process) alive() bool {
	select {
	case <-p.end:
		return false
	default:
		return true
	}
}
