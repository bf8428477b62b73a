// Package plant breaks the product's own sources on purpose, one defect at a time, and sees that the simulation or a run of real processes finds each.
//
// A defect is a file in testdata: which source it changes, a piece of it that stands there once, and what stands there instead. Nothing in the product knows of it: the changed source is laid over the
// real one for one build (go build -overlay), and no file is written into the tree. A defect whose piece is not in the source any more fails its test, so that it is planted anew when the source changes.
//
// The tests are behind the tag chaos, because each builds a program: `make chaos-plants`.
package plant
