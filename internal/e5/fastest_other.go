//go:build !amd64

package e5

// fastest returns the kernel for this machine.
func fastest() kernel {
	all := kernels()
	return all[len(all)-1]
}

// kernels returns what this machine can run, the slowest first.
func kernels() []kernel { return []kernel{portable()} }
