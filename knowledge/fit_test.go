//go:build fit

package knowledge

import (
	"fmt"
	"math"
	"os"
	"testing"
)

// TestFitConfidence fits the columns of the table in calibration.go and prints them:
//
//	BATON_FIT_DATA=DIR go test -tags fit -run TestFitConfidence -v -timeout 1h ./knowledge
//
// fits the words' column; with BATON_FIT_VECTORS=FILE besides, the columns e5, long and
// meaning, with vectors of the built-in embedder that are kept in FILE: the first run
// embeds for some minutes, later ones take under one. DIR holds the sets kb_docs, kb_stackfaq, kb_emanual_tv, oos_clinc150 and
// oos_hint3 as JSON Lines; kb_techqa, kb_wixqa, dialog_dstc10 and the demo shop are only measured,
// never learned from. Every knowledge base gives questions whose answer is there, the
// same questions after their answer was deleted, and questions made for other
// knowledge bases. Small parts of the large ones are knowledge bases of their
// own, since a shop has fifty pages and not five thousand.
func TestFitConfidence(t *testing.T) {
	dir := os.Getenv("BATON_FIT_DATA")
	if dir == "" {
		t.Fatal("BATON_FIT_DATA is not set")
	}
	from, on := learned(t, dir), held(t, dir)
	every := func(sample) bool { return true }
	fitColumn(column{"words", func(c coefficient) float64 { return c.words }, sample.byWords, every}, from, on)
	if vectors == nil {
		return
	}
	fitColumn(column{"e5", func(c coefficient) float64 { return c.e5 }, sample.byBoth, every}, from, on)
	fitColumn(column{"meaning", func(c coefficient) float64 { return c.meaning }, sample.byBoth, every}, from, on)
	longer := func(s sample) bool { return len(s.both.query) > longFrom/2 }
	fitColumn(column{"long", func(c coefficient) float64 { return c.long }, sample.byBoth, longer}, append(from, longMessages(t, dir)...), on)
}

// A column of the calibration, and the search whose features it weighs.
type column struct {
	name     string
	weight   func(coefficient) float64
	features func(sample) Features
	// learns tells which samples it is fitted on: half as long as what it judges, or
	// there would be too few.
	learns func(sample) bool
}

func (s sample) byWords() Features { return s.words.features }
func (s sample) byBoth() Features  { return s.both.features }

// A point is a sample in numbers.
type point struct {
	x     []float64
	label bool
}

func (p point) probability(w []float64) float64 {
	z := 0.0
	for i, x := range p.x {
		z += w[i] * x
	}
	return logistic(z)
}

func (c column) used() (used []coefficient) {
	for _, line := range calibration {
		if c.weight(line) != 0 {
			used = append(used, line)
		}
	}
	return used
}

func (c column) points(groups []group) map[string][]point {
	out := map[string][]point{}
	for _, g := range groups {
		for _, s := range g.samples {
			if !c.learns(s) {
				continue
			}
			p := point{label: s.label}
			for _, line := range c.used() {
				p.x = append(p.x, line.feature(c.features(s)))
			}
			out[g.name] = append(out[g.name], p)
		}
	}
	return out
}

// fitColumn fits the features that a column uses and says how well it does, on what
// it learned from, on the same left out, and on what it never learns from.
func fitColumn(c column, from, on []group) {
	points := c.points(from)
	w := fit(points, "")
	fmt.Printf("column %s\n", c.name)
	for i, line := range c.used() {
		fmt.Printf("\t%-10s %.3f, in the table %.3f\n", line.name, w[i], c.weight(line))
	}
	for _, g := range from {
		fmt.Printf("%-24s AUROC %.3f, left out %.3f\n", g.name, auroc(points[g.name], w), auroc(points[g.name], fit(points, g.name)))
	}
	rest := c.points(on)
	for _, g := range on {
		fmt.Printf("%-24s AUROC %.3f (held out)\n", g.name, auroc(rest[g.name], w))
	}
}

// fit is logistic regression by Newton's method with a ridge; groups weigh the
// same whatever their size, and so do both labels within a group.
func fit(groups map[string][]point, leave string) []float64 {
	const ridge = 0.3
	var w []float64
	for range 40 {
		var gradient []float64
		var hessian [][]float64
		for name, points := range groups {
			if w == nil {
				w = make([]float64, len(points[0].x))
			}
			if gradient == nil {
				gradient, hessian = start(w, ridge)
			}
			if name != leave {
				addGradient(points, w, gradient, hessian)
			}
		}
		for i, d := range solve(hessian, gradient) {
			w[i] += d
		}
	}
	return w
}

// fewest is how many samples of either label a group must have to be learned from.
const fewest = 8

// start is the ridge's part.
func start(w []float64, ridge float64) (gradient []float64, hessian [][]float64) {
	gradient, hessian = make([]float64, len(w)), make([][]float64, len(w))
	for i := range w {
		hessian[i] = make([]float64, len(w))
		hessian[i][i] = ridge
		gradient[i] = -ridge * w[i]
	}
	return gradient, hessian
}

func addGradient(points []point, w, gradient []float64, hessian [][]float64) {
	var counts [2]float64
	for _, p := range points {
		counts[b2i(p.label)]++
	}
	if min(counts[0], counts[1]) < fewest {
		return // Its few would weigh as much as another's many.
	}
	for _, p := range points {
		weight, is := 100/counts[b2i(p.label)], p.probability(w)
		for i, x := range p.x {
			gradient[i] += weight * (float64(b2i(p.label)) - is) * x
			for j, y := range p.x {
				hessian[i][j] += weight * is * (1 - is) * x * y
			}
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// solve is Gaussian elimination.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range n {
		for j := i + 1; j < n; j++ {
			f := a[j][i] / a[i][i]
			for k := i; k < n; k++ {
				a[j][k] -= f * a[i][k]
			}
			b[j] -= f * b[i]
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		x[i] = b[i]
		for k := i + 1; k < n; k++ {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x
}

// auroc is the probability that a sample with an answer stands above one without.
func auroc(points []point, w []float64) float64 {
	var pos, neg []float64
	for _, p := range points {
		if p.label {
			pos = append(pos, p.probability(w))
		} else {
			neg = append(neg, p.probability(w))
		}
	}
	wins := 0.0
	for _, p := range pos {
		for _, q := range neg {
			if p > q {
				wins++
			} else if p == q {
				wins += 0.5
			}
		}
	}
	return wins / math.Max(1, float64(len(pos)*len(neg)))
}
