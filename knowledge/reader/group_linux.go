package reader

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// isolated asks for a process group and, if possible, a network namespace
// without interfaces. Others than root need a user namespace for it, in which
// they stay who they are.
func isolated(namespace bool) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if !namespace {
		return attr
	}
	attr.Cloneflags = syscall.CLONE_NEWNET
	if uid := os.Getuid(); uid != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
	return attr
}

// namespaceRefused tells the answers of kernels and containers that allow no
// namespaces from other reasons why a program does not start.
func namespaceRefused(err error) bool {
	for _, errno := range []syscall.Errno{syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.ENOSPC, syscall.ENOSYS, syscall.EUSERS} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// own makes the directory the child's: called by root it becomes nobody.
func own(dir string) {
	if os.Getuid() == 0 {
		_ = os.Chown(dir, nobody, nobody)
	}
}

// ours tells what this user made, or a child that became nobody.
func ours(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && (int(stat.Uid) == os.Getuid() || os.Getuid() == 0 && stat.Uid == nobody)
}

// waited is for how long the child and its own children were ready to work and
// others had the processors. Of the threads of a process, of which one works at
// a time, the one that waited most counts.
func waited(pid int) (total time.Duration) {
	for _, process := range append(childrenOf(pid), strconv.Itoa(pid)) {
		var most time.Duration
		tasks, _ := filepath.Glob("/proc/" + process + "/task/*/schedstat")
		for _, task := range tasks {
			text, err := os.ReadFile(task)
			if err != nil {
				continue // The thread has ended.
			}
			if fields := strings.Fields(string(text)); len(fields) == 3 {
				delay, _ := strconv.ParseInt(fields[1], 10, 64)
				most = max(most, time.Duration(delay))
			}
		}
		total += most
	}
	return total
}

// resident is how much memory the child and its own children hold, in bytes.
func resident(pid int) int64 {
	total := residentOf(strconv.Itoa(pid))
	for _, child := range childrenOf(pid) {
		total += residentOf(child)
	}
	return total
}

// childrenOf are the processes that a process has started.
func childrenOf(pid int) (children []string) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err == nil {
			children = append(children, strings.Fields(string(text))...)
		}
	}
	return children
}

func residentOf(pid string) int64 {
	text, err := os.ReadFile("/proc/" + pid + "/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
