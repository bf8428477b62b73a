// Package escalation decides when a person takes over.
//
// Read finds signals in a message: whether the writer asks for a person, needs
// something done that only a person can do, speaks of a refund, complains, loses
// patience; insults; and in what mood they write. Evaluate holds the signals against the
// rules of the workspace. Both are pure and take microseconds; what they say is
// the same today and in a replay of old conversations. Store keeps the rule sets.
//
// # Signals
//
// This first form reads words. words.txt holds the words with what each can be in
// a sentence, patterns.txt the phrases, feelings.txt the moods; all three were
// written for Baton. English, Hindi (in both scripts), Arabic, German, Spanish,
// French and Italian are read, and calls for a person in Portuguese, Tamil, Bengali,
// Telugu, Marathi, Gujarati and Kannada. A slip of one letter in a word that matters is
// forgiven, and so are missing capitals, apostrophes and stops.
//
// NeedsAction is read from how a message is built, because "how do I get a
// replacement?" and "I need a replacement" share their words: see action.go.
// In languages beside English it is read from whole phrases. What people can do
// themselves ("I want to change my plan") and papers that help pages tell how to
// get ("I need an invoice") are looked up first; "please", an order number, a
// mishap, or an object in other hands (an order, a parcel, money) make a request
// of them: see wish.go.
//
// Insult is above zero only where a message is abuse and nothing else, or an
// angry face alone: 0.6 the first time, 0.9 when strong or when another one came
// shortly before. Identity is true of a message that asks whom it talks to; such
// a message and an insult are no questions, and Failures passes them over.
//
// Talk names what a message is that has nothing to do with the help pages: it asks
// what the assistant can do, chats about it, or wants a poem; none of these is a
// question. "This is the third time I am writing" and "not helpful at all" are told
// apart from them: they raise the frustration and count as a question without an
// answer. OwnCase is true of a question with an order number in it.
//
// LastQuestion is what a long letter or a pasted log ends in.
//
// WithoutCourtesy takes off what stands in front of a question for politeness'
// sake ("thanks, but …"), so that the search gets the question.
//
// SignalsVersion goes up with every change that reads old messages anew.
//
// What was pasted into a message (logs, code, stack traces, old mails, web
// addresses) is passed over: see pasted.go. Words of what goes wrong with things
// are a report, however many there are, and only words of feeling are anger.
//
// Every signal brings the bytes of the message that made it, so that an agent
// sees at a glance why the conversation came.
//
// # The JSON form of a rule set
//
// `baton rules show` prints it, Parse reads it, table rule_set holds it. Names
// are stable; unknown names are refused.
//
//	{
//	  "version": 3,                 which stored set this is; 0: the rules Baton comes with
//	  "defaults": 2,                the version of Baton's own rules that the set was made from; none: the first
//	  "failures": 2,                unanswered questions in a row until a person is called, 1 to 10
//	  "rules": [                    looked at in this order; the first that holds decides
//	    {
//	      "id": "needs-action",     small letters, digits, dashes; reports and turn records keep it
//	      "title": "Only a person can do this",
//	      "enabled": true,
//	      "phase": "before",        before: ahead of the answer, no tokens spent; after: when it is there or missing
//	      "when": {                 all parts given must hold
//	        "signal": "needs_action",     wants_human, needs_action, refund, complaint, frustration, insult: each 0..1
//	        "at_least": 0.5,              goes with "signal"
//	        "keywords": ["consumer court"],   any of these, as whole words, in any language and case
//	        "sentiment_below": -0.75,     mood from -1 (furious) to 1 (delighted)
//	        "answered": false,            "after" only, questions only: whether there was an answer
//	        "failures_reached": true      "after" only: "failures" questions in a row without one
//	      },
//	      "then": "handoff",        handoff: a person is called; offer: a person is offered, one tap away
//	      "reason": "Only a person can do this"   what the agent reads; {n} becomes "failures" in words
//	    }
//	  ]
//	}
//
// A workspace that never saved rules has Default(), and with an update the new
// ones. One that saved its own keeps them as they are; Lacks names the default
// rules that were added since, and `baton rules show` prints their ids to the
// standard error, so that its standard output stays a rule set.
//
// The ids of the default rules say their kind: blocked-crisis, blocked-safety,
// blocked-legal, wants-human, needs-action, sentiment, frustration, insult,
// insult-offer, unsure-wants-human, failures, complaint, refund, not-grounded.
// blocked-crisis stands first: who may hurt themselves gets a person and words of
// their own, whatever else the message says.
package escalation
