// Package language tells in which language a text is written: by its script where the script says it, by its small words elsewhere. It is made for
// messages of a few words, where tables of letter sequences guess wildly: what it is not sure of it calls English, and says that it is not sure.
//
// It is no list of all languages. It knows those that people write to shops in often enough to be answered in, and as many others as it takes not to
// mistake these for English.
package language
