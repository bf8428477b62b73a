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
	sayRest      phrase = "rest"
	sayStopped   phrase = "stopped"
	sayFault     phrase = "fault"
	sayCalled    phrase = "called"
	sayFailures  phrase = "failures"
	sayAction    phrase = "needs-action"
	sayRefund    phrase = "refund"
	sayComplaint phrase = "complaint"
	sayCrisis    phrase = "crisis"
	sayIdentity  phrase = "identity"
	sayUpset     phrase = "upset"
	// What stands in front of a quote in another language than the visitor's.
	sayQuoteEnglish phrase = "quote in English"
	sayQuoteHindi   phrase = "quote in Hindi"
	sayQuoteArabic  phrase = "quote in Arabic"
	sayQuoteOther   phrase = "quote in another language"
)

// catalogue holds the phrases in the languages the product ships. Whether somebody is online is not said here, for the widget knows it better, later:
// the phrases of a handoff are true whether a person reads the chat in a second or tomorrow.
var catalogue = map[string]map[phrase]string{
	English: {
		sayGreeting:     "Hello! Ask me anything about our help pages. If you would rather have a person, say so at any time.",
		sayThanks:       "You’re welcome. Is there anything else I can look up for you?",
		sayOkay:         "Alright. Just write if you have another question.",
		sayBye:          "Goodbye. You can write here again at any time.",
		sayNotFound:     "I couldn’t find this in our help pages, and I don’t want to guess. Would you like me to call a person?",
		sayOffer:        "Would you like me to call a person?",
		sayRest:         "I couldn’t find the rest of what you asked in our help pages.",
		sayStopped:      "Stopped.",
		sayFault:        "I can’t look things up at the moment, so I have passed this chat to our team. They see all of it, so you won’t have to repeat anything.",
		sayCalled:       "I have passed this chat to our team. They see all of it, so you won’t have to repeat anything.",
		sayFailures:     "I couldn’t find this in our help pages either, so I have passed this chat to our team. They see all of it, so you won’t have to repeat anything.",
		sayAction:       "Only a person can do this for you, so I have passed this chat to our team. They see all of it, so you won’t have to repeat anything.",
		sayRefund:       "A person has to look at this refund, so I have passed this chat to our team. They see all of it, so you won’t have to repeat anything.",
		sayComplaint:    "I’m sorry about this. I have passed this chat to our team. They see all of it, so you won’t have to repeat anything.",
		sayCrisis:       "I’m so sorry that you are going through this. You don’t have to face it alone: I am calling a person to this chat. If you are in danger right now, please call your local emergency number, or go to somebody near you.",
		sayIdentity:     "I am an AI assistant. I answer from our help pages and can call a person at any time.",
		sayUpset:        "I’m sorry that this has been frustrating. Would you like me to call a person?",
		sayQuoteEnglish: "Our help pages say this about it, in English:",
		sayQuoteHindi:   "Our help pages say this about it, in Hindi:",
		sayQuoteArabic:  "Our help pages say this about it, in Arabic:",
		sayQuoteOther:   "Our help pages say this about it, in another language:",
	},
	Hindi: {
		sayGreeting:     "नमस्ते! हमारे सहायता पृष्ठों के बारे में कुछ भी पूछिए। अगर आप किसी व्यक्ति से बात करना चाहें, तो कभी भी कहिए।",
		sayThanks:       "आपका स्वागत है। क्या मैं आपके लिए कुछ और देखूँ?",
		sayOkay:         "ठीक है। कोई और सवाल हो तो लिखिए।",
		sayBye:          "नमस्ते। आप यहाँ कभी भी फिर लिख सकते हैं।",
		sayNotFound:     "यह मुझे हमारे सहायता पृष्ठों में नहीं मिला, और अंदाज़े से कुछ कहना ठीक नहीं होगा। क्या मैं किसी व्यक्ति को बुलाऊँ?",
		sayRest:         "आपकी पूछी हुई बाक़ी बात मुझे हमारे सहायता पृष्ठों में नहीं मिली।",
		sayOffer:        "क्या मैं किसी व्यक्ति को बुलाऊँ?",
		sayStopped:      "रोक दिया गया।",
		sayFault:        "अभी मेरी खोज काम नहीं कर रही है, इसलिए मैंने यह बातचीत हमारी टीम को भेज दी है। टीम को पूरी बातचीत दिखती है, इसलिए आपको कुछ दोहराना नहीं पड़ेगा।",
		sayCalled:       "मैंने यह बातचीत हमारी टीम को भेज दी है। टीम को पूरी बातचीत दिखती है, इसलिए आपको कुछ दोहराना नहीं पड़ेगा।",
		sayFailures:     "यह भी मुझे हमारे सहायता पृष्ठों में नहीं मिला, इसलिए मैंने यह बातचीत हमारी टीम को भेज दी है। टीम को पूरी बातचीत दिखती है, इसलिए आपको कुछ दोहराना नहीं पड़ेगा।",
		sayAction:       "यह काम केवल एक व्यक्ति कर सकता है, इसलिए मैंने यह बातचीत हमारी टीम को भेज दी है। टीम को पूरी बातचीत दिखती है, इसलिए आपको कुछ दोहराना नहीं पड़ेगा।",
		sayRefund:       "इस रिफ़ंड को एक व्यक्ति को देखना होगा, इसलिए मैंने यह बातचीत हमारी टीम को भेज दी है। टीम को पूरी बातचीत दिखती है, इसलिए आपको कुछ दोहराना नहीं पड़ेगा।",
		sayComplaint:    "इसके लिए खेद है। मैंने यह बातचीत हमारी टीम को भेज दी है। टीम को पूरी बातचीत दिखती है, इसलिए आपको कुछ दोहराना नहीं पड़ेगा।",
		sayCrisis:       "मुझे बहुत दुख है कि आप पर यह बीत रही है। आपको इसका सामना अकेले नहीं करना है: मैं इस बातचीत में एक व्यक्ति को बुला रहा हूँ। अगर आप अभी ख़तरे में हैं, तो कृपया अपने यहाँ के आपातकालीन नंबर पर कॉल कीजिए, या अपने पास के किसी व्यक्ति के पास जाइए।",
		sayIdentity:     "मैं एक AI सहायक हूँ। मैं हमारे सहायता पृष्ठों से जवाब देता हूँ और कभी भी किसी व्यक्ति को बुला सकता हूँ।",
		sayUpset:        "आपको हुई परेशानी के लिए खेद है। क्या मैं किसी व्यक्ति को बुलाऊँ?",
		sayQuoteEnglish: "हमारे सहायता पृष्ठों में इसके बारे में अंग्रेज़ी में यह लिखा है:",
		sayQuoteHindi:   "हमारे सहायता पृष्ठों में इसके बारे में हिंदी में यह लिखा है:",
		sayQuoteArabic:  "हमारे सहायता पृष्ठों में इसके बारे में अरबी में यह लिखा है:",
		sayQuoteOther:   "हमारे सहायता पृष्ठों में इसके बारे में एक और भाषा में यह लिखा है:",
	},
	Arabic: {
		sayGreeting:     "مرحبًا! اسألني عن أي شيء في صفحات المساعدة. وإن كنت تفضّل التحدث إلى شخص، فقل ذلك في أي وقت.",
		sayThanks:       "على الرحب والسعة. هل أبحث لك عن شيء آخر؟",
		sayOkay:         "حسنًا. اكتب لي إن كان لديك سؤال آخر.",
		sayBye:          "مع السلامة. يمكنك الكتابة هنا من جديد في أي وقت.",
		sayNotFound:     "لم أجد هذا في صفحات المساعدة، ولا أريد أن أخمّن. هل تريد أن أستدعي شخصًا؟",
		sayOffer:        "هل تريد أن أستدعي شخصًا؟",
		sayRest:         "لم أجد بقية ما سألت عنه في صفحات المساعدة.",
		sayStopped:      "تم الإيقاف.",
		sayFault:        "لا أستطيع البحث الآن، لذلك حوّلت هذه المحادثة إلى فريقنا. يرى الفريق المحادثة كاملة، فلن تضطر إلى تكرار أي شيء.",
		sayCalled:       "لقد حوّلت هذه المحادثة إلى فريقنا. يرى الفريق المحادثة كاملة، فلن تضطر إلى تكرار أي شيء.",
		sayFailures:     "لم أجد هذا أيضًا في صفحات المساعدة، لذلك حوّلت هذه المحادثة إلى فريقنا. يرى الفريق المحادثة كاملة، فلن تضطر إلى تكرار أي شيء.",
		sayAction:       "لا يستطيع القيام بهذا إلا شخص، لذلك حوّلت هذه المحادثة إلى فريقنا. يرى الفريق المحادثة كاملة، فلن تضطر إلى تكرار أي شيء.",
		sayRefund:       "يحتاج هذا الاسترداد إلى شخص ينظر فيه، لذلك حوّلت هذه المحادثة إلى فريقنا. يرى الفريق المحادثة كاملة، فلن تضطر إلى تكرار أي شيء.",
		sayComplaint:    "نأسف لذلك. لقد حوّلت هذه المحادثة إلى فريقنا. يرى الفريق المحادثة كاملة، فلن تضطر إلى تكرار أي شيء.",
		sayCrisis:       "يؤسفني جدًا ما تمرّ به. لست مضطرًا إلى مواجهته وحدك: أستدعي الآن شخصًا إلى هذه المحادثة. إن كنت في خطر الآن، فاتصل من فضلك برقم الطوارئ في بلدك، أو اذهب إلى شخص قريب منك.",
		sayIdentity:     "أنا مساعد يعمل بالذكاء الاصطناعي. أجيب من صفحات المساعدة، ويمكنني أن أستدعي شخصًا في أي وقت.",
		sayUpset:        "نأسف لما سبّبناه لك من إزعاج. هل تريد أن أستدعي شخصًا؟",
		sayQuoteEnglish: "تقول صفحات المساعدة لدينا عن هذا، باللغة الإنجليزية:",
		sayQuoteHindi:   "تقول صفحات المساعدة لدينا عن هذا، باللغة الهندية:",
		sayQuoteArabic:  "تقول صفحات المساعدة لدينا عن هذا، باللغة العربية:",
		sayQuoteOther:   "تقول صفحات المساعدة لدينا عن هذا، بلغة أخرى:",
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
	case strings.HasPrefix(rule, "blocked-crisis"):
		return sayCrisis
	case strings.HasPrefix(rule, "complaint"), strings.HasPrefix(rule, "frustration"), strings.HasPrefix(rule, "sentiment"), strings.HasPrefix(rule, "insult"):
		return sayComplaint
	case strings.HasPrefix(rule, "failures"), strings.HasPrefix(rule, "unanswered"):
		return sayFailures
	}
	return sayCalled
}

// outcome is what a phrase of small talk is recorded as: one of them offers a person, and "yes" after it calls one.
func (p phrase) outcome() string {
	if p == sayUpset {
		return conversation.OutcomeOffer
	}
	return conversation.OutcomeGreeting
}

// OutcomeOf tells which outcome a message of the assistant had, for a history that kept only the words. The assistant says in fixed words that it
// found nothing, so the words tell.
func OutcomeOf(text string) string {
	for _, phrases := range catalogue {
		switch text {
		case phrases[sayNotFound]:
			return conversation.OutcomeUnanswered
		case phrases[sayGreeting], phrases[sayThanks], phrases[sayOkay], phrases[sayBye], phrases[sayIdentity]:
			return conversation.OutcomeGreeting
		case phrases[sayUpset]:
			return conversation.OutcomeOffer
		case phrases[sayStopped]:
			return conversation.OutcomeStopped
		}
		if strings.HasSuffix(text, "\n\n"+phrases[sayOffer]) {
			return conversation.OutcomeOffer
		}
	}
	return conversation.OutcomeAnswered
}
