//go:build !linux

package reader

// confine sets the limits that every Unix has; see the package's documentation
// for what that leaves open.
func confine(l Limits) error { return limit(l) }
