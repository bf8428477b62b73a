//go:build !linux

package reader

import "syscall"

func isolated(bool) *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func namespaceRefused(error) bool { return false }

func own(string) {}

// resident is not known here; the limit on data holds.
func resident(int) int64 { return 0 }
