//go:build race

package reader

// watched is how many times over a child may take memory and time: the race
// detector keeps several bytes for each one of the program, starts threads with
// large stacks, and makes reading about ten times as slow.
const watched = 8
