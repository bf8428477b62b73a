package assistant

import (
	"strings"

	"github.com/baton-chat/baton/conversation"
)

// A phrase is something the assistant says in fixed words.
type phrase string

// The phrases. Those of handoffs are named after the kind of rule that called.
const (
	sayGreeting  phrase = "greeting"
	sayThanks    phrase = "thanks"
	sayOkay      phrase = "okay"
	sayBye       phrase = "bye"
	sayNotFound  phrase = "not found"
	sayOffer     phrase = "offer"
	sayStopped   phrase = "stopped"
	sayFault     phrase = "fault"
	sayCalled    phrase = "called"
	sayFailures  phrase = "failures"
	sayAction    phrase = "needs-action"
	sayRefund    phrase = "refund"
	sayComplaint phrase = "complaint"
)

// catalogue holds the phrases in the languages the product ships. Whether somebody is online is not said here: the widget knows it better, later.
var catalogue = map[string]map[phrase]string{
	English: {
		sayGreeting:  "Hello! Ask me anything about our help pages. If you would rather have a person, say so at any time.",
		sayThanks:    "You’re welcome. Is there anything else I can look up for you?",
		sayOkay:      "Alright. Just write if you have another question.",
		sayBye:       "Goodbye. You can write here again at any time.",
		sayNotFound:  "I couldn’t find this in our help pages, and I don’t want to guess. Would you like me to call a person?",
		sayOffer:     "Would you like me to call a person?",
		sayStopped:   "Stopped.",
		sayFault:     "I can’t look things up at the moment. I have called a person. They will see this whole chat, so you won’t have to repeat anything.",
		sayCalled:    "I have called a person. They will see this whole chat, so you won’t have to repeat anything.",
		sayFailures:  "I couldn’t find this in our help pages either, so I have called a person. They will see this whole chat, and you won’t have to repeat anything.",
		sayAction:    "Only a person can do this for you, so I have called one. They will see this whole chat, and you won’t have to repeat anything.",
		sayRefund:    "A person has to look at this refund, so I have called one. They will see this whole chat, and you won’t have to repeat anything.",
		sayComplaint: "I’m sorry about this. I have called a person. They will see this whole chat, so you won’t have to repeat anything.",
	},
	Hindi: {
		sayGreeting:  "नमस्ते! हमारे सहायता पृष्ठों के बारे में कुछ भी पूछिए। अगर आप किसी व्यक्ति से बात करना चाहें, तो कभी भी कहिए।",
		sayThanks:    "आपका स्वागत है। क्या मैं आपके लिए कुछ और देखूँ?",
		sayOkay:      "ठीक है। कोई और सवाल हो तो लिखिए।",
		sayBye:       "नमस्ते। आप यहाँ कभी भी फिर लिख सकते हैं।",
		sayNotFound:  "यह मुझे हमारे सहायता पृष्ठों में नहीं मिला, और अंदाज़े से कुछ कहना ठीक नहीं होगा। क्या मैं किसी व्यक्ति को बुलाऊँ?",
		sayOffer:     "क्या मैं किसी व्यक्ति को बुलाऊँ?",
		sayStopped:   "रोक दिया गया।",
		sayFault:     "अभी मेरी खोज काम नहीं कर रही है। मैंने एक व्यक्ति को बुलाया है। वे यह पूरी बातचीत देखेंगे, इसलिए आपको कुछ दोहराना नहीं पड़ेगा।",
		sayCalled:    "मैंने एक व्यक्ति को बुलाया है। वे यह पूरी बातचीत देखेंगे, इसलिए आपको कुछ दोहराना नहीं पड़ेगा।",
		sayFailures:  "यह भी मुझे हमारे सहायता पृष्ठों में नहीं मिला, इसलिए मैंने एक व्यक्ति को बुलाया है। वे यह पूरी बातचीत देखेंगे, और आपको कुछ दोहराना नहीं पड़ेगा।",
		sayAction:    "यह काम केवल एक व्यक्ति कर सकता है, इसलिए मैंने किसी को बुलाया है। वे यह पूरी बातचीत देखेंगे, और आपको कुछ दोहराना नहीं पड़ेगा।",
		sayRefund:    "इस रिफ़ंड को एक व्यक्ति को देखना होगा, इसलिए मैंने किसी को बुलाया है। वे यह पूरी बातचीत देखेंगे, और आपको कुछ दोहराना नहीं पड़ेगा।",
		sayComplaint: "इसके लिए खेद है। मैंने एक व्यक्ति को बुलाया है। वे यह पूरी बातचीत देखेंगे, इसलिए आपको कुछ दोहराना नहीं पड़ेगा।",
	},
	Arabic: {
		sayGreeting:  "مرحبًا! اسألني عن أي شيء في صفحات المساعدة. وإن كنت تفضّل التحدث إلى شخص، فقل ذلك في أي وقت.",
		sayThanks:    "على الرحب والسعة. هل أبحث لك عن شيء آخر؟",
		sayOkay:      "حسنًا. اكتب لي إن كان لديك سؤال آخر.",
		sayBye:       "مع السلامة. يمكنك الكتابة هنا من جديد في أي وقت.",
		sayNotFound:  "لم أجد هذا في صفحات المساعدة، ولا أريد أن أخمّن. هل تريد أن أستدعي شخصًا؟",
		sayOffer:     "هل تريد أن أستدعي شخصًا؟",
		sayStopped:   "تم الإيقاف.",
		sayFault:     "لا أستطيع البحث الآن. لقد استدعيت شخصًا، وسيرى هذه المحادثة كاملة، فلن تضطر إلى تكرار أي شيء.",
		sayCalled:    "لقد استدعيت شخصًا. سيرى هذه المحادثة كاملة، فلن تضطر إلى تكرار أي شيء.",
		sayFailures:  "لم أجد هذا أيضًا في صفحات المساعدة، لذلك استدعيت شخصًا. سيرى هذه المحادثة كاملة، ولن تضطر إلى تكرار أي شيء.",
		sayAction:    "لا يستطيع القيام بهذا إلا شخص، لذلك استدعيت أحدهم. سيرى هذه المحادثة كاملة، ولن تضطر إلى تكرار أي شيء.",
		sayRefund:    "يحتاج هذا الاسترداد إلى شخص ينظر فيه، لذلك استدعيت أحدهم. سيرى هذه المحادثة كاملة، ولن تضطر إلى تكرار أي شيء.",
		sayComplaint: "نأسف لذلك. لقد استدعيت شخصًا. سيرى هذه المحادثة كاملة، فلن تضطر إلى تكرار أي شيء.",
	},
}

// say returns a phrase in a language; what is no language of the catalogue gets English.
func say(language string, p phrase) string {
	if text, ok := catalogue[language][p]; ok {
		return text
	}
	return catalogue[English][p]
}

// handoffPhrase picks the words for a rule. Default rules say their kind in their id; a rule of the workspace's own gets the plain sentence.
func handoffPhrase(rule string) phrase {
	switch {
	case strings.HasPrefix(rule, "needs-action"):
		return sayAction
	case strings.HasPrefix(rule, "refund"):
		return sayRefund
	case strings.HasPrefix(rule, "complaint"), strings.HasPrefix(rule, "frustration"), strings.HasPrefix(rule, "sentiment"):
		return sayComplaint
	case strings.HasPrefix(rule, "failures"), strings.HasPrefix(rule, "unanswered"):
		return sayFailures
	}
	return sayCalled
}

// OutcomeOf tells which outcome a message of the assistant had, for a history that kept only the words. The assistant says in fixed words that it
// found nothing, so the words tell.
func OutcomeOf(text string) string {
	for _, phrases := range catalogue {
		switch text {
		case phrases[sayNotFound]:
			return conversation.OutcomeUnanswered
		case phrases[sayGreeting], phrases[sayThanks], phrases[sayOkay], phrases[sayBye]:
			return conversation.OutcomeGreeting
		case phrases[sayStopped]:
			return conversation.OutcomeStopped
		}
		if strings.HasSuffix(text, "\n\n"+phrases[sayOffer]) {
			return conversation.OutcomeOffer
		}
	}
	return conversation.OutcomeAnswered
}
