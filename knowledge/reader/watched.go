//go:build !race

package reader

// watched is how many times over a child may take memory and time. Only a
// program under the race detector gets more than once.
const watched = 1
