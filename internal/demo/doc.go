// Package demo is the shop that a newcomer meets first: Tarang, a fictional
// Indian electronics shop with a product page, help pages and prices that
// agree with each other. The help articles are the knowledge base of the demo
// workspace, and the same text is served as pages under /demo/help, so that a
// citation in the chat opens the page that it quotes.
//
// It is an ordinary web site that happens to live in the same binary. It
// knows nothing of conversations, reads no database and carries the chat
// through the same one-line embed as any customer's site. Its pages run no
// script of their own, need no other origin and work under a strict content
// security policy, which they send themselves.
//
// Failure story: everything is compiled into the binary and parsed when the
// handler is made, so a broken article or template stops the tests and, at
// the latest, the start. At run time the only thing that can fail is a write
// to a visitor who has left, which nobody needs to hear about.
package demo
