// Package escalation decides when a person takes over.
//
// Read finds signals in a message: whether the writer asks for a person, needs
// something done that only a person can do, speaks of a refund, complains, loses
// patience; and in what mood they write. Evaluate holds the signals against the
// rules of the workspace. Both are pure and take microseconds; what they say is
// the same today and in a replay of old conversations. Store keeps the rule sets.
//
// # Signals
//
// This first form reads words. words.txt holds the words with what each can be in
// a sentence, patterns.txt the phrases, feelings.txt the moods; all three were
// written for Baton. English, Hindi (in both scripts), Arabic, German, Spanish,
// French and Italian are read. A slip of one letter in a word that matters is
// forgiven, and so are missing capitals, apostrophes and stops.
//
// NeedsAction is read from how a message is built, because "how do I get a
// replacement?" and "I need a replacement" share their words: see action.go.
// In languages beside English it is read from whole phrases.
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
//	  "failures": 2,                unanswered questions in a row until a person is called, 1 to 10
//	  "rules": [                    looked at in this order; the first that holds decides
//	    {
//	      "id": "needs-action",     small letters, digits, dashes; reports and turn records keep it
//	      "title": "Only a person can do this",
//	      "enabled": true,
//	      "phase": "before",        before: ahead of the answer, no tokens spent; after: when it is there or missing
//	      "when": {                 all parts given must hold
//	        "signal": "needs_action",     wants_human, needs_action, refund, complaint, frustration: each 0..1
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
// The ids of the default rules say their kind: blocked-safety, blocked-legal,
// wants-human, needs-action, sentiment, frustration, unsure-wants-human,
// failures, complaint, refund, not-grounded.
package escalation
