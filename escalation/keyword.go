package escalation

// keywordTokens folds a keyword and cuts it into words.
func keywordTokens(keyword string) []string {
	t := tokenise(keyword, &lexicon{})
	words := make([]string, len(t.tokens))
	for i := range t.tokens {
		words[i] = t.tokens[i].word
	}
	return words
}

// findKeywords returns the places in a message where one of the keywords stands as whole words. Case, accents and the
// small marks that writers leave out make no difference; a plural or another form is another word.
func findKeywords(message string, keywords []string) []Match {
	if len(keywords) == 0 {
		return nil
	}
	t := tokenise(message, &lexicon{})
	var out []Match
	for _, k := range keywords {
		words := keywordTokens(k)
		for i := 0; len(words) > 0 && i+len(words) <= len(t.tokens); i++ {
			if standsAt(t.tokens, i, words) {
				m := Match{Signal: Keyword, Start: t.tokens[i].start, End: t.tokens[i+len(words)-1].end}
				m.Text = message[m.Start:m.End]
				out = append(out, m)
			}
		}
	}
	return out
}

func standsAt(toks []token, i int, words []string) bool {
	for k, w := range words {
		if toks[i+k].word != w || k > 0 && toks[i+k].sentence != toks[i].sentence {
			return false
		}
	}
	return true
}
