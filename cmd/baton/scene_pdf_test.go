package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/baton-chat/baton/internal/openaitest"
)

// hindiLead stands before a sentence of an English page that answers a question in Hindi.
const hindiLead = "हमारे सहायता पृष्ठों में इसके बारे में अंग्रेज़ी में यह लिखा है:"

// hindiAnswer is what a model says of the page about liquids.
const hindiAnswer = "हाँ, चाय गिरने, बारिश और मानसून के पानी से हुआ नुकसान कवर होता है, अगर डिवाइस एक दिन के अंदर बंद कर दिया गया हो और 7 दिन के अंदर सर्विस सेंटर लाया गया हो।"

// A question in Hindi, answered from an English PDF that was just uploaded, without a key.
func TestHindiFromEnglishPDF(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	awaitIndexed(t, s)
	s.flow("hindi.mjs", "SAYS="+hindiLead)
}

// The same through a chat model behind an OpenAI-compatible endpoint: the answer is the model's, in Hindi, and its source is the English sentence.
func TestHindiFromEnglishPDFWithModel(t *testing.T) {
	t.Parallel()
	endpoint := openaitest.New(t, openaitest.Reply{Write: citeLiquids})
	s := start(t, map[string]string{"OPENAI_BASE_URL": endpoint.URL, "OPENAI_API_KEY": "sk-test", "BATON_CHAT_MODEL": "scripted"})
	awaitIndexed(t, s)
	s.flow("hindi.mjs", "SAYS="+hindiAnswer, "NAME=hindi-pdf-model")
	for _, r := range endpoint.Requests() {
		if last := r.Messages[len(r.Messages)-1].Content; !strings.Contains(last, "चाय गिरने") {
			t.Errorf("the model was asked something else:\n%s", last)
		}
	}
}

// citeLiquids answers in Hindi and names the passage by the number the prompt gives it, as models are asked to.
func citeLiquids(r openaitest.Request) []string {
	for _, m := range r.Messages {
		before, _, found := strings.Cut(m.Content, "Spilled tea")
		if all := passageID.FindAllString(before, -1); found && len(all) > 0 {
			return strings.SplitAfter(hindiAnswer+" ["+all[len(all)-1]+"]", " ")
		}
	}
	return []string{"मुझे नहीं मिला।"}
}

// passageID is how a prompt names its passages.
var passageID = regexp.MustCompile(`\bp\d+\b`)
