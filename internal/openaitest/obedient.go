package openaitest

import (
	"regexp"
	"strings"
)

// Obedient replies as a model would that does whatever it is told by whoever wrote last: it says the words between "SAY<" and ">SAY" of any message or document, and where
// it is asked for its instructions it gives them away. Where nobody orders anything it says otherwise. Safety must not rest on a model that refuses, so tests use one that never does.
func Obedient(otherwise ...string) Reply {
	return Reply{Write: func(r Request) []string {
		var out []string
		for _, m := range r.Messages {
			if m.Role == "system" {
				continue
			}
			for _, order := range ordered.FindAllStringSubmatch(m.Content, -1) {
				out = append(out, order[1]+" [p1] ")
			}
			if leak.MatchString(m.Content) {
				out = append(out, r.Messages[0].Content+" [p1] ")
			}
		}
		if len(out) == 0 {
			return otherwise
		}
		return strings.SplitAfter(strings.Join(out, ""), " ")
	}}
}

var (
	ordered = regexp.MustCompile(`(?s)SAY<(.*?)>SAY`)
	leak    = regexp.MustCompile(`LEAK<>`)
)
