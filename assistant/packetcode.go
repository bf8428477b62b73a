package assistant

import (
	"strings"

	"github.com/baton-chat/baton/conversation"
	"github.com/baton-chat/baton/escalation"
)

// The codes of a packet's lines, with their arguments and their English. A line's kind is its code up to the point.
//
//	wants.wrote      text        Wrote: “{text}”
//	fact.email       value       E-mail address: {value}
//	fact.order       value       Order number: {value}
//	fact.phone       value       Phone number: {value}
//	fact.amount      value       Amount: {value}
//	fact.pin         value       PIN code: {value}
//	told.answer      text, page  Was told: {text} ({page})
//	missing.question text        Not found in the help pages: “{text}”
//	tried.says       text        Says: “{text}”
//	needed.order                 Still needed: the order number
//
// Arguments are what somebody wrote, cut to a line; they are shown as they are. The reason's code is the id of the default rule that called, or one of:
//
//	offer-accepted               Said yes to a person
//	assistant-fault              The assistant could not answer
//	person-button                Asked for a person
//	claimed                      Taken over from the assistant
//
// The English of the default rules stands in the Reason of escalation.Default. Only "failures" has an argument: n, the number of questions in digits. A rule that the
// workspace wrote, or whose words it changed, has no code.
const (
	codeWrote      = "wants.wrote"
	codeEmail      = "fact.email"
	codeOrder      = "fact.order"
	codePhone      = "fact.phone"
	codeAmount     = "fact.amount"
	codePIN        = "fact.pin"
	codeTold       = "told.answer"
	codeMissing    = "missing.question"
	codeTried      = "tried.says"
	codeNeedsOrder = "needed.order"
)

var lineEnglish = map[string]string{
	codeWrote:      "Wrote: “{text}”",
	codeEmail:      "E-mail address: {value}",
	codeOrder:      "Order number: {value}",
	codePhone:      "Phone number: {value}",
	codeAmount:     "Amount: {value}",
	codePIN:        "PIN code: {value}",
	codeTold:       "Was told: {text} ({page})",
	codeMissing:    "Not found in the help pages: “{text}”",
	codeTried:      "Says: “{text}”",
	codeNeedsOrder: "Still needed: the order number",
}

// line makes a line of a code; arguments are names and values in turns.
func line(code string, seq int64, arguments ...string) PacketLine {
	kind, _, _ := strings.Cut(code, ".")
	l := PacketLine{Kind: kind, Code: code, Seq: seq}
	var fill []string
	for i := 0; i+1 < len(arguments); i += 2 {
		if l.Args == nil {
			l.Args = map[string]string{}
		}
		l.Args[arguments[i]] = arguments[i+1]
		fill = append(fill, "{"+arguments[i]+"}", arguments[i+1])
	}
	l.Text = strings.NewReplacer(fill...).Replace(lineEnglish[code])
	return l
}

// ownReasons are the reasons that no rule set holds.
var ownReasons = map[string]string{
	RuleAccepted: "Said yes to a person", RuleFault: "The assistant could not answer",
	conversation.RuleButton: "Asked for a person", conversation.RuleClaimed: "Taken over from the assistant",
}

// reason finds the code of a handoff's reason, which is stored in English.
func reason(rule, text string) PacketRule {
	r := PacketRule{ID: rule, Title: text}
	if ownReasons[rule] == text {
		r.Code = rule
		return r
	}
	for _, d := range escalation.Default().Rules {
		if d.ID != rule {
			continue
		}
		if d.Reason == text {
			r.Code = rule
		} else if n, ok := escalation.FailuresIn(d.Reason, text); ok {
			r.Code, r.Args = rule, map[string]string{"n": n}
		}
	}
	return r
}
