package assistant

import (
	"regexp"
	"strings"
)

// orders are how texts speak to a language model instead of to a reader. A line of a passage that does so is neither shown to the model nor bears a claim. It is no
// filter that safety rests on: a model that obeys an order in other words still gets no sentence past the check that no passage bears.
var orders = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|rules?|prompts?|guidelines|directions|above|previous|prior|earlier)\b`,
	`\b(?:system|developer|hidden|initial) (?:prompt|message|instructions?)\b`,
	`\b(?:new|updated|real|secret|special) instructions?\b`,
	`\byou are (?:now|no longer) (?:an?|the|in)?\b`,
	`\b(?:as|dear|hey|attention|note to|message (?:to|for)|instructions? (?:to|for))[, ]+(?:the |all |any )?(?:ai|a\.i\.|llm|chatbots?|assistants?|language models?|bots?)\b`,
	`\b(?:ai|llm|assistant|chatbot|model|bot)s?\b.{0,30}\b(?:must|should|shall|has to|have to|needs? to)\b.{0,40}\b(?:say|answer|reply|respond|tell|write|output|print|add|include|append|mention|begin|end)\b`,
	`\b(?:say|answer|reply|respond|tell|write|output|print|begin|repeat)\b.{0,40}\b(?:exactly|verbatim|word for word|the following|this (?:text|sentence|link)|nothing (?:else|but))\b`,
	`\b(?:reveal|print|repeat|show|leak|output|translate|summari[sz]e)\b.{0,40}\b(?:prompt|instructions|rules|conversation so far|text above|everything above)\b`,
	`\btell (?:the|every|all|this|any) (?:visitors?|users?|customers?|readers?)\b`,
	`\b(?:append|insert|embed|render|display)\b.{0,60}(?:!\[|https?://|\bimage\b|\bmarkdown\b)`,
	`<\|[a-z_]+\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant|passage|visitor|instructions?)\b`,
	`^\s*(?:#+\s*)?(?:system|assistant|developer)\s*:`,
	`(?:पिछले|पिछली|ऊपर के|सभी|सारे).{0,30}(?:निर्देश|नियम|आदेश)\S*.{0,40}(?:अनदेखा|भूल|नज़रअंदाज़|नज़रंदाज़)`,
	`(?:تجاهل|انس|انسَ|اهمل).{0,40}(?:تعليمات|التعليمات|القواعد|الأوامر)`,
}, "|"))

// withoutOrders returns a text without the lines that give orders to a model.
func withoutOrders(text string) string {
	if !orders.MatchString(text) {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !orders.MatchString(line) {
			b.WriteString(line)
		}
	}
	return b.String()
}
