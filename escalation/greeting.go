package escalation

// greetingWords is how many words a message may have and still be nothing but a greeting or a thank-you.
const greetingWords = 8

// greets reports whether a message is a greeting and nothing else: "good morning team", "namaste", "السلام عليكم".
func (c *compiled) greets(t text) bool {
	return c.only(t, tGreeting, func(i int) bool {
		return t.tokens[i].word == "good" && i+1 < len(t.tokens) && word(t.tokens[i+1].word, "morning", "evening", "afternoon", "day") ||
			word(t.tokens[i].word, "صباح", "مساء", "सुप्रभात")
	})
}

// thanks reports whether a message is thanks and nothing else: "thanks a lot", "bahut shukriya", "شكرا جزيلا".
func (c *compiled) thanks(t text) bool {
	return c.only(t, tThanks, func(i int) bool { return false })
}

// only reports whether every word of a short message belongs to a courtesy and one of them is its mark. A question
// ("how are you?") counts as courtesy; a word with a meaning of its own does not.
func (c *compiled) only(t text, mark tag, also func(int) bool) bool {
	if len(t.tokens) == 0 || len(t.tokens) > greetingWords {
		return false
	}
	marked := false
	for i := range t.tokens {
		is := t.tokens[i].tags&mark != 0 || also(i)
		marked = marked || is
		if !is && t.tokens[i].tags&(tPolite|tGreeting|tThanks) == 0 {
			return false
		}
	}
	return marked
}
