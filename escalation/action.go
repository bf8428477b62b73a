package escalation

import (
	"math"
	"strings"
)

// NeedsAction is read from how a message is built, not from what it is about: "how do I get a replacement?" and "I
// need a replacement" share their words, and only the second can be met by nobody but a person. Every clause is looked
// at as a speech act (asks how things are, asks for something to be done, tells what went wrong), and a small linear
// model weighs what was found in the whole message.

// act is a feature of a message: one thing that speaks for or against a request for action.
type act int

const (
	actOrderOwn   act = iota // told to do something to the writer's own case: "cancel my order"
	actOrder                 // the same, without a sign that it is their own: "cancel an order"
	actCanYouOwn             // "can you … my …", "could someone … me …"
	actCanYou                // "can you replace screens": as likely a question about what the shop does
	actWantOwn               // "I want my order cancelled", "I need you to …", "somebody must …"
	actWant                  // "I need a replacement", "I want to return this"
	actWish                  // "I want to change my plan": most likely they can themselves
	actHaveDone              // "could I have my order cancelled?"
	actMishapOwn             // told as a fact, about "my" or "I" or "you": "my order arrived broken"
	actMishap                // told as a fact, about no one's in particular
	actStuck                 // what the writer tries to do does not work: "I tried updating the picture, but it didn't work"
	actHelp                  // asks for help, without saying how
	actPlease                // says please in front of a verb of doing
	actUrgent                // now, today, at once
	actIdentifier            // an order number or another identifier
	actAsks                  // a clause asks how, when, whether
	actAsksLast              // the last clause asks
	actSupposes              // a clause supposes: "if …", "in case …"
	actInforms               // wants to be told or shown something, or names a policy
	actGeneral               // "usually", "an order", "items": about things in general
	actCount
)

// acts holds the features of one message, and the words that show them.
type acts struct {
	has   [actCount]bool
	shown []found
}

// actWeights are the coefficients of the model, in log-odds. They were fitted by logistic regression on the rows of
// testdata/dev.jsonl that are not held out, and rounded. The sample is small, so each was held near what was expected of
// it beforehand (L2 around 4, 2.6, 3, 0.8, 4, 3, 3.4, 3.4, 2.8, 0.8, 1, 0.7, 0.7, -1, -1.5, -1.5, -1, -1 in their
// order, actWish aside, λ = 0.005), with the bias fixed. On the held-out third, before its misses were looked at, precision was 1.00 and
// recall .93; on two later batches of fifty new requests and fifty new look-alikes 1.00 and .90. Those rows have since
// taught the grammar, so TestNeedsActionOnTheDevelopmentSet guards them and no longer measures. Later came 126 rows of a
// mishap with a request in a later clause, beside questions of that length: on their held-out third, unseen, recall rose from .76 to .81; on forty more,
// written after that and unseen, from .75 to .80, both at precision 1.00. What was missing then was mostly "could you <verb nobody listed> it", which
// plea now reads.
var actWeights = [actCount]float64{
	actOrderOwn:   5.0,  // told to act on their own case: nothing else says it as plainly
	actOrder:      3.2,  // told to act, on nobody's in particular
	actCanYouOwn:  4.0,  // a polite question with "my" or "me" in it is a request
	actCanYou:     0.8,  // "can you replace screens?" asks more often than it requests
	actWantOwn:    4.6,  // wants something done to what is theirs, or names who must do it
	actWant:       3.6,  // wants a thing only a person hands out
	actWish:       1.6,  // alone it calls nobody; with "please" or an order number it does. Set by hand: the answer is worth a try first
	actHaveDone:   3.4,  // "could I have my order cancelled" only looks like a question
	actMishapOwn:  4.4,  // something went wrong, and it is theirs
	actMishap:     3.7,  // something went wrong
	actStuck:      0.4,  // they do it themselves, and a help page says how. Set by hand
	actHelp:       0.9,  // help alone is vague; beside a mishap it is a request
	actPlease:     1.4,  // nobody says please to a fact
	actUrgent:     0.7,  // hurry alone means little
	actIdentifier: 1.0,  // their case has a number
	actAsks:       -1.6, // a question anywhere makes an answer more likely what they need
	actAsksLast:   -2.0, // and more so when it comes last: that is what they want to know
	actSupposes:   -1.7, // an "if" speaks of a case that has not happened
	actInforms:    -1.0, // wants to read something
	actGeneral:    -1.0, // about things in general
}

// actBias is the log-odds of a message in which nothing was found. It is not fitted: the development set is half
// requests, the messages of a day are not.
const actBias = -2.5

// score turns features into a probability.
func (a *acts) score() float64 {
	z := actBias
	for k, on := range a.has {
		if on {
			z += actWeights[k]
		}
	}
	return 1 / (1 + math.Exp(-z))
}

func (a *acts) set(k act, from, to, sentence int) {
	a.has[k] = true
	if to > from {
		a.shown = append(a.shown, found{from: from, to: to, sentence: sentence})
	}
}

// readActs looks at every clause of a message.
func readActs(c *compiled, t text, mishaps []found) acts {
	a := acts{}
	clauses := split(t)
	asked, pleads, last := false, false, false
	for k := range clauses {
		r := clauseReader{toks: t.tokens, clause: clauses[k], acts: &a, follows: asked}
		r.read()
		asked = r.asks
		clauses[k].asks, clauses[k].supposes = r.asks, r.supposes
		clauses[k].forbids = r.forbids()
		if r.words > 0 {
			a.has[actAsksLast] = r.asks
			last = r.pleads
		}
		pleads = pleads || r.pleads
	}
	tries := triesAt(t)
	for _, m := range mishaps {
		readMishap(&a, t, clauses, m, tries)
	}
	if pleads && !a.has[actMishapOwn] {
		a.has[actAsks], a.has[actAsksLast] = true, a.has[actAsksLast] || last
	}
	for i := range t.tokens {
		w := &t.tokens[i]
		a.has[actUrgent] = a.has[actUrgent] || w.tags&tUrgent != 0
		a.has[actIdentifier] = a.has[actIdentifier] || w.tags&tID != 0
		a.has[actGeneral] = a.has[actGeneral] || w.tags&tUsually != 0
	}
	return a
}

// triesAt is where the writer tells what they try to do themselves, or -1: "I am trying to …", "I tried updating …".
func triesAt(t text) int {
	for i := 1; i+1 < len(t.tokens); i++ {
		if word(t.tokens[i].word, "trying", "tried", "try", "attempting", "attempted") && t.tokens[i+1].sentence == t.tokens[i].sentence &&
			(t.tokens[i+1].word == "to" || strings.HasSuffix(t.tokens[i+1].word, "ing")) {
			return i
		}
	}
	return -1
}

// stuck reports whether a mishap is only that what the writer tries does not work: it comes behind the trying, and names no thing of theirs that broke and nobody
// else.
func stuck(t text, c clause, m found, tries int) bool {
	if tries < 0 || m.from < tries {
		return false
	}
	for i := c.from; i < c.to; i++ {
		w := &t.tokens[i]
		if w.tags&(tMy|tID|tYou|tBroken|tMine) != 0 && i > tries || w.tags&tObject != 0 && i >= m.from-2 && i > tries {
			return false
		}
	}
	return true
}

// readMishap takes a mishap for a fact unless it stands in a clause that asks or supposes.
func readMishap(a *acts, t text, clauses []clause, m found, tries int) {
	for _, c := range clauses {
		if m.from < c.from || m.from >= c.to {
			continue
		}
		if c.asks || c.supposes || c.forbids {
			return
		}
		if stuck(t, c, m, tries) {
			a.has[actStuck] = true
			return
		}
		kind := actMishap
		for i := c.from; i < c.to; i++ {
			if t.tokens[i].tags&(tI|tMy|tID|tYou|tTime) != 0 || t.tokens[i].word == "me" || t.tokens[i].word == "us" {
				kind = actMishapOwn
			}
		}
		a.set(kind, m.from, min(m.to, c.to), m.sentence)
		return
	}
}
