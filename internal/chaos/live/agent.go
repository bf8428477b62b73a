package live

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/internal/chaos/history"
)

// agent is a person of the team, with a console that watches their conversations, and with hands that answer.
type agent struct {
	w      *world
	name   string
	cookie string
	rng    *rand.Rand

	mu    sync.Mutex
	desks map[string]*desk
	todo  [hands]chan job
	fresh chan string // conversations that the console is to watch
}

// hands is how many conversations an agent works on at the same moment. One conversation stays in one hand, so that its messages keep their order.
const hands = 4

// job is something to do in a conversation.
type job struct {
	conv string
	do   string // claim, reply, interrupt
}

// desk is one conversation before the agent.
type desk struct {
	conv   string
	cursor int64
	held   map[int64]history.Heard
	brief  bool // taken for a moment only: nothing is answered by itself
}

// called has the agent take a conversation: for good, or for a moment in the middle of an answer.
func (a *agent) called(conv string, briefly bool) {
	a.mu.Lock()
	if a.desks[conv] == nil {
		a.desks[conv] = &desk{conv: conv, held: map[int64]history.Heard{}, brief: briefly}
		a.w.history.Record(joined(a.name, conv))
	}
	a.mu.Unlock()
	select {
	case a.fresh <- conv:
	default:
	}
	what := "claim"
	if briefly {
		what = "interrupt"
	}
	a.give(job{conv, what})
}

// give puts a job into the hand of its conversation. An agent with full hands lets it be: people do.
func (a *agent) give(j job) {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(j.conv))
	select {
	case a.todo[sum.Sum32()%hands] <- j:
	default:
	}
}

// hire makes an agent and signs them in.
func (w *world) hire(ctx context.Context, i int) (*agent, error) {
	a := &agent{w: w, name: fmt.Sprintf("agent%d", i), rng: w.random(uint64(1_000_000 + i)), desks: map[string]*desk{}, fresh: make(chan string, 256)}
	for i := range a.todo {
		a.todo[i] = make(chan job, 512)
	}
	n := w.with(a.rng, (*node).console)
	cmd := exec.CommandContext(ctx, w.Baton, "agent", "add", "--name", "Agent "+fmt.Sprint(i), "--email", a.name+"@tarang.example") //nolint:gosec // the program under test
	cmd.Env = n.env()
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("add agent: %w: %s", err, out)
	}
	_, link, found := strings.Cut(string(out), "#signin=")
	if !found {
		return nil, fmt.Errorf("add agent: no link in %q", out)
	}
	body, _ := json.Marshal(map[string]string{"token": strings.TrimSpace(link)})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+n.address()+"/api/console/signin", strings.NewReader(string(body)))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", "http://"+n.address())
	response, err := w.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	for _, cookie := range response.Cookies() {
		a.cookie = cookie.Name + "=" + cookie.Value
	}
	if a.cookie == "" {
		return nil, fmt.Errorf("sign in: status %d and no cookie", response.StatusCode)
	}
	return a, nil
}

// work is one hand.
func (a *agent) work(ctx context.Context, hand int) {
	rng := rand.New(rand.NewPCG(a.w.Seed, uint64(2_000_000+hand)+a.rng.Uint64()))
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-a.todo[hand]:
			switch j.do {
			case "claim":
				a.command(ctx, rng, j.conv, "claim")
			case "reply":
				a.reply(ctx, rng, j.conv)
			case "interrupt":
				if pause(ctx, time.Duration(rng.IntN(400))*time.Millisecond) == nil && a.command(ctx, rng, j.conv, "claim") {
					a.reply(ctx, rng, j.conv)
					a.command(ctx, rng, j.conv, "handback")
				}
			}
		}
	}
}

// reply says something, and goes on saying it until it is known to be stored or refused.
func (a *agent) reply(ctx context.Context, rng *rand.Rand, conv string) {
	cid, text := uuid.Must(uuid.NewV7()).String(), fmt.Sprintf("Let me look at that for you. %s %d", a.name, rng.Uint64())
	body, _ := json.Marshal(map[string]string{"cid": cid, "body": text})
	e := history.Event{Who: a.name, Op: history.OpReply, Conv: conv, CID: cid, Sum: history.Digest(text)}
	record := func(kind history.Kind, seq int64, code string) {
		e.Kind, e.Seq, e.Name = kind, seq, code
		a.w.history.Record(e)
	}
	began := time.Now()
	for {
		record(history.Invoke, 0, "")
		status, answer := a.post(ctx, rng, "/api/console/conversations/"+conv+"/reply", body)
		switch {
		case status == http.StatusOK:
			record(history.OK, answer.Seq, "")
			a.w.tally.ackedNow(cid, began)
			return
		case status == http.StatusConflict:
			record(history.Fail, 0, answer.Code)
			return
		case status != 0 && status < http.StatusInternalServerError && status != http.StatusTooManyRequests:
			a.w.trouble(a.name, fmt.Sprintf("a reply was answered %d %s", status, answer.Code))
			record(history.Unknown, 0, "")
			return
		}
		record(history.Unknown, 0, "")
		if pause(ctx, time.Duration(200+rng.IntN(800))*time.Millisecond) != nil {
			return
		}
	}
}

// command claims or hands back, until the answer is known.
func (a *agent) command(ctx context.Context, rng *rand.Rand, conv, what string) bool {
	for {
		a.w.history.Record(history.Event{Kind: history.Invoke, Who: a.name, Op: history.OpClaim, Conv: conv})
		status, answer := a.post(ctx, rng, "/api/console/conversations/"+conv+"/"+what, []byte("{}"))
		switch {
		case status == http.StatusOK:
			return true
		case status == http.StatusConflict:
			return false
		case status != 0 && status < http.StatusInternalServerError && status != http.StatusTooManyRequests:
			a.w.trouble(a.name, fmt.Sprintf("%s was answered %d %s", what, status, answer.Code))
			return false
		}
		a.w.history.Record(history.Event{Kind: history.Unknown, Who: a.name, Op: history.OpClaim, Conv: conv})
		if pause(ctx, time.Duration(200+rng.IntN(800))*time.Millisecond) != nil {
			return false
		}
	}
}

type consoleAnswer struct {
	Seq  int64  `json:"seq"`
	Code string `json:"code"`
}

// post makes a call of the console's. Status 0: there was no answer.
func (a *agent) post(ctx context.Context, rng *rand.Rand, path string, body []byte) (status int, answer consoleAnswer) {
	n := a.w.with(rng, (*node).console)
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+n.address()+path, strings.NewReader(string(body)))
	if err != nil {
		return 0, answer
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Origin", "http://"+n.address())
	request.Header.Set("Cookie", a.cookie)
	response, err := a.w.http.Do(request)
	if err != nil {
		a.w.tally.brokenOn(n.name)
		return 0, answer
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return 0, answer
	}
	if response.StatusCode >= http.StatusInternalServerError {
		a.w.tally.brokenOn(n.name)
	}
	return response.StatusCode, answer
}
