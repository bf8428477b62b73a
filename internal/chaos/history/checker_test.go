package history_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/baton-chat/baton/internal/chaos/history"
)

// sound is a small history in which every promise was kept: a visitor with two tabs, an agent, an answer, a claim and a lost acknowledgement.
const sound = `
join tab1 c
join tab2 c
invoke tab1 say c m1 sum=1
ok tab1 say c m1 seq=1
shown tab1 c 1 m1 by=visitor sum=1
shown tab2 c 1 m1 by=visitor sum=1
state tab1 c assistant epoch=0
piece tab1 c run=r epoch=0
shown tab1 c 2 a1 by=assistant sum=a
shown tab2 c 2 a1 by=assistant sum=a
join priya c
shown priya c 1 m1 by=visitor sum=1
shown priya c 2 a1 by=assistant sum=a
invoke tab1 say c m2 sum=2
unknown tab1 say c m2
fault database-kill effects=2
invoke tab1 say c m2 sum=2
ok tab1 say c m2 seq=4
shown tab1 c 3 e1 by=system type=event
state tab1 c agent epoch=1
shown tab1 c 4 m2 by=visitor sum=2
tick tab1 c by=agent delivered=3 seen=3
tick tab1 c by=agent delivered=4 seen=3
shown tab2 c 3 e1 by=system type=event
shown tab2 c 4 m2 by=visitor sum=2
invoke priya reply c p1 sum=p
ok priya reply c p1 seq=5
shown priya c 3 e1 by=system type=event
shown priya c 4 m2 by=visitor sum=2
shown priya c 5 p1 by=agent sum=p
shown priya c 6 k1 by=agent type=note sum=k
shown tab1 c 5 p1 by=agent sum=p
shown tab1 c 6 k1 by=system type=hidden
shown tab2 c 5 p1 by=agent sum=p
shown tab2 c 6 k1 by=system type=hidden
invoke tab1 reuse c p1 sum=x
fail tab1 reuse c p1 name=cid_reused
row c 1 m1 by=visitor sum=1
row c 2 a1 by=assistant sum=a
row c 3 e1 by=system type=event name=joined
row c 4 m2 by=visitor sum=2
row c 5 p1 by=agent sum=p
row c 6 k1 by=agent type=note sum=k
final c agent`

// parse reads the short form of these tests.
func parse(t *testing.T, text string) (events []history.Event) {
	t.Helper()
	for line := range strings.Lines(strings.TrimSpace(text)) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		e := history.Event{Kind: history.Kind(words[0])}
		into := map[history.Kind][]*string{
			history.Join: {&e.Who, &e.Conv}, history.Leave: {&e.Who, &e.Conv},
			history.Invoke: {&e.Who, &e.Op, &e.Conv, &e.CID}, history.OK: {&e.Who, &e.Op, &e.Conv, &e.CID}, history.Fail: {&e.Who, &e.Op, &e.Conv, &e.CID},
			history.Unknown: {&e.Who, &e.Op, &e.Conv, &e.CID}, history.Shown: {&e.Who, &e.Conv, nil, &e.CID}, history.Forget: {&e.Who, &e.Conv, nil},
			history.Tick: {&e.Who, &e.Conv}, history.Piece: {&e.Who, &e.Conv}, history.State: {&e.Who, &e.Conv, &e.State}, history.Fault: {&e.Name}, history.Trouble: {&e.Who, &e.Name},
			history.Row: {&e.Conv, nil, &e.CID}, history.Void: {&e.Conv, &e.CID}, history.Final: {&e.Conv, &e.State},
		}[e.Kind]
		if e.Kind == history.Shown || e.Kind == history.Row {
			e.Type = "text"
		}
		for i, word := range words[1:] {
			name, value, named := strings.Cut(word, "=")
			switch {
			case !named && into[i] == nil:
				number(t, word, &e.Seq)
			case !named:
				*into[i] = word
			default:
				set(t, &e, name, value)
			}
		}
		events = append(events, e)
	}
	return events
}

func set(t *testing.T, e *history.Event, name, value string) {
	t.Helper()
	var effects int64
	if into := map[string]*string{"sum": &e.Sum, "by": &e.By, "type": &e.Type, "name": &e.Name, "run": &e.Run}[name]; into != nil {
		*into = value
		return
	}
	into := map[string]*int64{"seq": &e.Seq, "epoch": &e.Epoch, "delivered": &e.Delivered, "seen": &e.Seen, "effects": &effects}[name]
	if into == nil {
		t.Fatalf("no field %q", name)
	}
	number(t, value, into)
	e.Effects = int(effects)
}

func number(t *testing.T, text string, into *int64) {
	t.Helper()
	if _, err := fmt.Sscan(text, into); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
}

func judge(events []history.Event, need history.Need) *history.Report {
	c := history.NewChecker(need)
	for _, e := range events {
		c.Add(e)
	}
	return c.Report()
}

var fair = history.Need{Messages: 4, Faults: 1, Unknown: history.MinUnknown, Answers: true, Claims: 1}

func TestSoundHistoryPasses(t *testing.T) {
	t.Parallel()
	report := judge(parse(t, sound), fair)
	if !report.Passed() {
		t.Errorf("a sound history is refused:\n%s", report)
	}
	if report.Acked != 3 || report.Messages != 4 || report.Unknown != 1 || report.Attempts != 5 || report.Screens != 3 || report.Answers != 1 || report.Shown != 18 {
		t.Errorf("the report counts wrongly:\n%s", report)
	}
}

// Each row breaks one promise in the sound history: it replaces, removes (an empty new line) or adds lines.
func TestBrokenPromisesAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, new string
		want     history.Rule
	}{
		"acked and not stored":           {"row c 4 m2 by=visitor sum=2", "row c 4 m9 by=visitor sum=2", history.Lost},
		"stored and not shown":           {"shown tab2 c 6 k1 by=system type=hidden", "", history.Lost},
		"shown and not stored":           {"final c agent", "final c agent\nshown tab1 c 7 m7 by=visitor sum=7", history.Lost},
		"stored twice":                   {"row c 6 k1 by=agent type=note sum=k", "row c 6 m2 by=visitor sum=2", history.Doubled},
		"shown twice":                    {"shown tab1 c 6 k1 by=system type=hidden", "shown tab1 c 5 p1 by=agent sum=p", history.Doubled},
		"shown twice, new place":         {"shown tab1 c 6 k1 by=system type=hidden", "shown tab1 c 6 p1 by=agent sum=p", history.Doubled},
		"screen with a hole":             {"shown tab1 c 4 m2 by=visitor sum=2", "", history.Gap},
		"database with a hole":           {"row c 3 e1 by=system type=event name=joined", "", history.Gap},
		"two orders":                     {"shown tab2 c 4 m2 by=visitor sum=2\ninvoke priya reply c p1 sum=p", "shown tab2 c 4 p1 by=agent sum=p\ninvoke priya reply c p1 sum=p", history.Disorder},
		"sender's order":                 {"row c 1 m1 by=visitor sum=1\nrow c 2 a1 by=assistant sum=a\nrow c 3 e1 by=system type=event name=joined\nrow c 4 m2 by=visitor sum=2", "row c 1 m2 by=visitor sum=2\nrow c 2 a1 by=assistant sum=a\nrow c 3 e1 by=system type=event name=joined\nrow c 4 m1 by=visitor sum=1", history.SenderOrder},
		"tick back":                      {"tick tab1 c by=agent delivered=4 seen=3", "tick tab1 c by=agent delivered=4 seen=2", history.TickBack},
		"tick beyond the end":            {"tick tab1 c by=agent delivered=4 seen=3", "tick tab1 c by=agent delivered=40 seen=3", history.TickBack},
		"answered twice":                 {"row c 3 e1 by=system type=event name=joined", "row c 3 a2 by=assistant sum=b", history.TwoAnswers},
		"sent and forgotten":             {"ok tab1 say c m2 seq=4", "", history.Lost},
		"never answered":                 {"row c 2 a1 by=assistant sum=a\nrow c 3 e1 by=system type=event name=joined\nrow c 4 m2 by=visitor sum=2\nrow c 5 p1 by=agent sum=p\nrow c 6 k1 by=agent type=note sum=k\nfinal c agent", "final c assistant", history.NoAnswer},
		"stored after the claim":         {"row c 5 p1 by=agent sum=p", "row c 5 p1 by=assistant sum=p", history.AfterClaim},
		"piece after the claim":          {"shown tab1 c 4 m2 by=visitor sum=2", "shown tab1 c 4 m2 by=visitor sum=2\npiece tab1 c run=r epoch=0", history.AfterClaim},
		"another's conversation":         {"final c agent", "final c agent\nshown tab1 d 1 x by=visitor sum=1", history.Foreign},
		"another's message":              {"shown tab1 c 6 k1 by=system type=hidden", "invoke tab3 say d z1 sum=z\nshown tab1 c 6 z1 by=visitor sum=z", history.Foreign},
		"altered on the screen":          {"shown tab2 c 4 m2 by=visitor sum=2", "shown tab2 c 4 m2 by=visitor sum=3", history.Altered},
		"altered in the database":        {"row c 4 m2 by=visitor sum=2", "row c 4 m2 by=visitor sum=3", history.Altered},
		"a note shown to the visitor":    {"shown tab1 c 6 k1 by=system type=hidden", "shown tab1 c 6 k1 by=agent type=text sum=k", history.Altered},
		"acked elsewhere":                {"ok tab1 say c m2 seq=4", "ok tab1 say c m2 seq=5", history.AckMoved},
		"acked at two places":            {"ok tab1 say c m2 seq=4", "ok tab1 say c m2 seq=4\nok tab1 say c m2 seq=7", history.AckMoved},
		"cid taken twice":                {"fail tab1 reuse c p1 name=cid_reused", "ok tab1 reuse c p1 seq=7", history.Reused},
		"refused and stored":             {"unknown tab1 say c m2", "fail tab1 say c m2 name=empty", history.Refused},
		"acknowledgement of a stranger":  {"ok tab1 say c m2 seq=4", "ok tab1 say c m2 seq=4\nok tab1 say c m99 seq=4", history.Foreign},
		"an error that is seen":          {"final c agent", "final c agent\ntrouble tab2 bad_frame", history.Visible},
		"forgotten and not shown again":  {"final c agent", "final c agent\nforget tab2 c 3", history.Lost},
		"answered again after a handoff": {"row c 6 k1 by=agent type=note sum=k", "row c 6 e2 by=system type=event name=handed_back\nrow c 7 a2 by=assistant sum=b\nrow c 8 a3 by=assistant sum=b", history.TwoAnswers},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.Count(sound, c.old) != 1 {
				t.Fatalf("%q stands %d times in the history", c.old, strings.Count(sound, c.old))
			}
			report := judge(parse(t, strings.Replace(sound, c.old, c.new, 1)), fair)
			if !report.Found(c.want) {
				t.Errorf("not found: %s\n%s", c.want, report)
			}
		})
	}
}

func TestRunsThatProveNothingAreInvalid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, want string }{
		"no fault was felt":          {"effects=2", "effects=0", "faults were felt"},
		"no unknown outcome":         {"unknown tab1 say c m2", "", "no known outcome"},
		"too few messages":           {"row c 6 k1 by=agent type=note sum=k\n", "", ""},
		"nobody took a conversation": {"type=event name=joined", "type=event name=asked", "took over"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			need := fair
			need.Messages = 4
			if name == "too few messages" {
				need.Messages, c.want = 100, "100 are needed"
			}
			report := judge(parse(t, strings.Replace(sound, c.old, c.new, 1)), need)
			if !slices.ContainsFunc(report.Invalid, func(why string) bool { return strings.Contains(why, c.want) }) || report.Passed() {
				t.Errorf("the run is taken for valid: %v", report.Invalid)
			}
		})
	}
}

// A database that was restored has lost what came after the backup. That is told, and excused; a screen that goes on showing it is not.
func TestRestoreIsNoLossButMustBeSeen(t *testing.T) {
	t.Parallel()
	restored := strings.Replace(sound, "row c 4 m2 by=visitor sum=2\nrow c 5 p1 by=agent sum=p\nrow c 6 k1 by=agent type=note sum=k", "void c m2\nvoid c p1\nforget tab1 c 3\nforget tab2 c 3\nforget priya c 3", 1)
	need := history.Need{Unknown: history.MinUnknown}
	if report := judge(parse(t, restored), need); !report.Passed() {
		t.Errorf("a restore that everybody saw is refused:\n%s", report)
	}
	if report := judge(parse(t, strings.Replace(restored, "forget tab2 c 3", "", 1)), need); !report.Found(history.Lost) {
		t.Errorf("a screen that ignores a restore is taken for sound:\n%s", report)
	}
}

func TestRecordedHistoryIsReadAsItWas(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	recorder := history.NewRecorder(&file)
	want := parse(t, sound)
	for _, e := range want {
		recorder.Record(e)
	}
	if err := recorder.Close(); err != nil {
		t.Fatal(err)
	}
	var got []history.Event
	if err := history.Read(&file, func(e history.Event) { e.At = 0; got = append(got, e) }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d events were read, %d written", len(got), len(want))
	}
	if err := history.Read(strings.NewReader("{\"kind\":\"join\"}\n{\"kind\":"), func(history.Event) {}); err == nil {
		t.Error("a history that was cut off is taken for whole")
	}
}
