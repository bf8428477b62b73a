package knowledge

// Terms returns the words of a text as they are indexed: without stopwords, English words by their stem, in order, repeats kept. Whoever compares
// texts with passages should see the same words as the search.
func Terms(text string) []string { return terms(text) }
