package sim

import "container/heap"

// event is something that will happen.
type event struct {
	at    int64 // milliseconds
	order int   // of events of one moment, the one that was planned first comes first
	do    func()
}

type agenda []event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].order < a[j].order
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(event)) }
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}

// clock is the time of a simulation: it jumps from one event to the next.
type clock struct {
	now   int64
	count int
	plan  agenda
}

// after has fn called in so many milliseconds.
func (c *clock) after(ms int64, fn func()) {
	c.count++
	heap.Push(&c.plan, event{c.now + max(ms, 0), c.count, fn})
}

// run lets time pass until a moment.
func (c *clock) run(until int64) {
	for len(c.plan) > 0 && c.plan[0].at <= until {
		e := heap.Pop(&c.plan).(event)
		c.now = e.at
		e.do()
	}
	c.now = until
}
