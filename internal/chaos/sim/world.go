package sim

import (
	"fmt"
	"math/rand/v2"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/internal/chaos/history"
	"github.com/baton-chat/baton/internal/chaos/model"
)

const (
	// stormy is for how long things break, and settled how long everything may take afterwards, in milliseconds: a client may have to wait for a back-off of 30 s, a probe of a minute and a dead
	// socket's 22 s, one after the other.
	stormy, settled = 40_000, 150_000
	nodeCount       = 3
)

// Defect names a promise that is broken on purpose. Those of a store are package model's.
type Defect string

// The defects of nodes and clients.
const (
	Sound            Defect = ""
	AckBeforeCommit  Defect = "ack before commit"
	HintsOnly        Defect = "dropped hint, no head check"
	SeqFromMemory    Defect = "seq from memory"
	ResumeOffByOne   Defect = "resume off by one"
	WrongTenant      Defect = "wrong tenant"
	CursorBeyond     Defect = "cursor beyond what is shown"
	BatchReordered   Defect = "reordered batch"
	PollForgets      Defect = "lost poll frame"
	AckOfRolledBack  Defect = "ack of rolled back"
	StaleDelta       Defect = "stale epoch delta shown"
	ResyncIgnored    Defect = "resync ignored"
	TicksAsTheyCome  Defect = "ticks as they come"
	ForgetsCID              = Defect(model.ForgetsCID)
	IgnoresN                = Defect(model.IgnoresN)
	AnswersTwice            = Defect(model.AnswersTwice)
	AssistantOnClaim        = Defect(model.IgnoresClaim)
)

// Defects are all of them, with the rules of which the checker must find one broken.
var Defects = map[Defect][]history.Rule{
	AckBeforeCommit:  {history.Lost, history.AckMoved},
	HintsOnly:        {history.Lost},
	SeqFromMemory:    {history.Gap, history.Doubled, history.Disorder},
	ResumeOffByOne:   {history.Lost, history.Gap},
	WrongTenant:      {history.Foreign},
	CursorBeyond:     {history.Lost},
	BatchReordered:   {history.SenderOrder},
	PollForgets:      {history.Lost},
	AckOfRolledBack:  {history.Lost},
	StaleDelta:       {history.AfterClaim},
	ResyncIgnored:    {history.Lost, history.Disorder},
	TicksAsTheyCome:  {history.TickBack},
	ForgetsCID:       {history.Doubled},
	IgnoresN:         {history.SenderOrder},
	AnswersTwice:     {history.TwoAnswers},
	AssistantOnClaim: {history.AfterClaim},
}

// world is one simulated run.
type world struct {
	clock
	rng     *rand.Rand
	weather weather
	defect  Defect

	store   *model.Store
	id      uuid.UUID // of the store; another one after a restore
	backup  *model.Store
	nodes   []*node
	clients []*client
	agents  []uuid.UUID
	taken   int // rounds that were given to the assistant

	record  func(history.Event)
	effects map[string]int
}

// Run plays one seed, and gives every event of its history to record.
func Run(seed uint64, defect Defect, record func(history.Event)) {
	rng := rand.New(rand.NewPCG(seed, 0x6261746f6e))
	w := &world{rng: rng, weather: drawWeather(rng), defect: defect, store: model.New(), effects: map[string]int{}}
	w.record = func(e history.Event) { e.At = w.now * 1000; record(e) }
	w.store.Broken = model.Defect(defect)
	w.id = w.uuid()
	for i := range nodeCount {
		w.nodes = append(w.nodes, &node{w: w, name: fmt.Sprintf("n%d", i), up: true})
	}
	for range 2 {
		w.agents = append(w.agents, w.uuid())
	}
	w.people()
	w.nature()
	w.lookForRounds()
	w.run(stormy)
	w.weather = calm()
	for _, n := range w.nodes {
		n.rise()
	}
	for _, name := range []string{"cut", "die", "frames", "database", "hints", "twice"} {
		w.record(history.Event{Kind: history.Fault, Name: name, Effects: w.effects[name]})
	}
	w.run(stormy + settled)
	w.dump()
}

// uuid draws an id from the seed.
func (w *world) uuid() (id uuid.UUID) {
	for i := range id {
		id[i] = byte(w.rng.Uint32())
	}
	return id
}

func (w *world) chance(p float64) bool { return w.rng.Float64() < p }

// felt notes that a fault had an effect.
func (w *world) felt(name string) { w.effects[name]++ }

// people brings visitors, some with a second tab, and lets them and the team talk.
func (w *world) people() {
	for i := range 2 + w.rng.IntN(2) {
		visitor, device, conv := w.uuid(), w.uuid(), w.uuid()
		blocked := w.chance(w.weather.blocked)
		tabs := 1 + w.rng.IntN(2)
		for tab := range tabs {
			c := newClient(w, fmt.Sprintf("v%d.%d", i, tab), visitor, device, conv)
			c.blocked, c.twin = blocked, tabs > 1
			w.clients = append(w.clients, c)
			c.come()
			for n := range 3 + w.rng.IntN(8) {
				w.after(w.rng.Int64N(stormy), func() { c.say(fmt.Sprintf("%s says %d", c.who, n)) })
			}
			w.after(w.rng.Int64N(stormy), c.reload)
		}
		for range w.rng.IntN(6) {
			w.after(w.rng.Int64N(stormy), func() { w.team(conv) })
		}
	}
}

// team lets an agent take over, speak, or hand back.
func (w *world) team(conv uuid.UUID) {
	if w.store.Conversations[conv] == nil {
		return
	}
	agent := w.agents[w.rng.IntN(len(w.agents))]
	head := w.store.Conversations[conv].Head()
	switch w.rng.IntN(4) {
	case 0:
		_ = w.store.Claim(agent, conv)
	case 1:
		cid := w.uuid()
		text := "The team says " + cid.String()
		_, _ = w.store.AgentSay(agent, conv, cid, text)
	case 2:
		_, _ = w.store.Note(conv, w.uuid(), "Only for us.")
	case 3:
		// Whoever hands back has said something before.
		cid := w.uuid()
		if _, err := w.store.AgentSay(agent, conv, cid, "The team says "+cid.String()); err == nil {
			_ = w.store.HandBack(agent, conv)
		}
	}
	w.tell(w.nodes[w.rng.IntN(nodeCount)], conv, head)
	w.assist()
}

// nature cuts connections and kills nodes while the storm lasts.
func (w *world) nature() {
	again := func(every int64, do func()) {
		if every == 0 {
			return
		}
		var next func()
		next = func() {
			if w.now < stormy {
				do()
				w.after(1+w.rng.Int64N(2*every), next)
			}
		}
		w.after(1+w.rng.Int64N(2*every), next)
	}
	again(w.weather.cutEvery, func() {
		c := w.clients[w.rng.IntN(len(w.clients))]
		if c.cut(w.chance(w.weather.silent)) {
			w.felt("cut")
		}
	})
	again(w.weather.dieEvery, func() {
		n := w.nodes[w.rng.IntN(nodeCount)]
		if n.up {
			n.die()
			w.felt("die")
			w.after(w.rng.Int64N(5_000), n.rise)
		}
	})
	// One run in four loses what was stored last, as a restore from a backup does.
	if w.rng.IntN(4) == 0 || w.defect == ResyncIgnored {
		at := 5_000 + w.rng.Int64N(stormy/2)
		w.after(at, func() { w.backup = copied(w.store) })
		w.after(at+1_000+w.rng.Int64N(8_000), w.restore)
	}
}

// restore puts the backup in the place of the store. What was stored since is lost, and the history says so: no store can do better, but everybody must see it.
func (w *world) restore() {
	for _, n := range w.nodes {
		n.die()
	}
	for _, c := range w.clients {
		// A frame of another history, replayed after it ended, is a lie that nobody could see through.
		c.oldIn, c.oldOut = nil, nil
	}
	for _, id := range sortedIDs(w.store.Conversations) {
		kept := int64(0)
		if old := w.backup.Conversations[id]; old != nil {
			kept = old.Head()
		}
		for _, m := range w.store.Conversations[id].Messages[kept:] {
			w.record(history.Event{Kind: history.Void, Conv: id.String(), CID: m.CID.String()})
		}
	}
	w.backup.Broken = w.store.Broken
	w.store, w.id, w.taken = w.backup, w.uuid(), 0
	w.after(500, func() {
		for _, n := range w.nodes {
			n.rise()
		}
		w.assist()
	})
}

// dump records the store.
func (w *world) dump() {
	for _, id := range sortedIDs(w.store.Conversations) {
		c := w.store.Conversations[id]
		for _, m := range c.Messages {
			w.record(history.Event{
				Kind: history.Row, Conv: id.String(), Seq: m.Seq, CID: m.CID.String(), Type: m.Kind, By: m.By, Name: m.Name, Sum: history.Digest(m.Body),
			})
		}
		w.record(history.Event{Kind: history.Final, Conv: id.String(), State: string(c.State)})
	}
}

// lookForRounds is the queue's own look, for rounds of which nobody told.
func (w *world) lookForRounds() {
	w.assist()
	w.after(1_000, w.lookForRounds)
}

// assist gives the assistant what was asked of it since. A round takes a while, is sometimes run twice, and shows pieces of its answer before.
func (w *world) assist() {
	for ; w.taken < len(w.store.Rounds); w.taken++ {
		round := w.store.Rounds[w.taken]
		if round.Kind != conversation.RoundAnswer {
			continue
		}
		w.answer(round)
		if w.chance(w.weather.twice) {
			w.felt("twice")
			w.after(w.rng.Int64N(3_000), func() { w.answer(round) })
		}
	}
}

// answer is one run of a round. The worker is a process of its own, whose pieces and hints reach the nodes as any other's.
func (w *world) answer(round conversation.Round) {
	run, text := w.uuid().String(), fmt.Sprintf("An answer to %d.", round.Seq)
	store := w.store
	from := w.nodes[w.rng.IntN(nodeCount)]
	for i := range 3 {
		w.after(int64(i+1)*(20+w.rng.Int64N(300)), func() {
			piece := text[:len(text)*i/3]
			w.broadcast(from, func(n *node) { n.piece(round.Conversation, run, round.Epoch, piece) })
		})
	}
	w.after(100+w.rng.Int64N(1_500), func() {
		c := store.Conversations[round.Conversation]
		if w.store != store || c == nil {
			return
		}
		head := c.Head()
		if store.Reply(round.Conversation, round.Seq, round.Epoch, text) == nil {
			w.tell(from, round.Conversation, head)
		}
	})
}
