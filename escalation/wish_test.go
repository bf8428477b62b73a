package escalation

import "testing"

// What people can do themselves, or read, is answered first.
func TestWishesAndPapersAreAnsweredFirst(t *testing.T) {
	t.Parallel()
	for _, message := range []string{
		"I want to transfer my domain to another host.", "I would like to change my billing cycle from 2 years to monthly payments.", "I'd like to filter my search to include only files",
		"I am trying to cancel my subscription, where is the button?", "I need help connecting my domain", "I'd like to remove every mail I ever got",
		"I want to pay by UPI", "I want to register my product", "I need an invoice for my order", "I need a receipt", "I want a copy of my warranty", "I would like to get the invoice of my last order",
		"Bengaluru me delivery free hai kya?", "refund kab milega bhai", "kya aap Pune me deliver karte ho",
		"edit premium account", "get my bills", "Add one of the recipients of a mail to my contacts?", "Find a time to schedule meetings via a web app.", "I need help enabling customers to buy several hats",
		"I tried updating the picture that shows up, but it didn't work", "I am trying to copy a gallery page, but I do not get an option to upload the images",
		"don't connect me to a human", "please do not transfer me to an agent",
		"can you check the weather in Pune", "could you paint it blue?",
	} {
		if v := ruleFor(message); v.Action == Handoff {
			t.Errorf("%q: handed over by %q", message, v.Rule)
		}
	}
}

// What is in other hands is not, and neither is a plea after a mishap.
func TestWorkForOthersIsHandedOver(t *testing.T) {
	t.Parallel()
	for _, message := range []string{
		"I want to cancel my order TE-48213", "I want my money back", "I want a replacement", "I want to change the address of my order", "I need to change my delivery slot",
		"please, I want to transfer my domain", "I want to change my plan on account 4821377", "I want my invoice corrected", "I need a corrected invoice", "I want my bill reduced",
		"my speaker stopped working, I tried resetting it and it does not turn on", "I tried to pair my headphones but the left one is broken", "add my name to my order TE-48213", "please add a gift note",
		"my speaker stopped working, could you look at it", "I paid on Monday and my order still shows unpaid, please check the payment", "the fridge you sold me died and I want a working one",
		"I handed the tablet back last week and nobody has confirmed it, can you check and release my refund", "I want your man to come again",
		"mera order cancel kar do", "أريد استرداد أموالي",
	} {
		if v := ruleFor(message); v.Rule != "needs-action" {
			t.Errorf("%q: %s by %q, want needs-action", message, v.Action, v.Rule)
		}
	}
}

func TestRefusingAPersonIsNotAskingForOne(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]bool{
		"don't connect me to a human": false, "I don't want to talk to a human": false, "I don't need an agent": false, "no need to call a person": false,
		"I don't want to talk to a bot": true, "why don't you connect me to a human": true, "I don't want a bot, I want a human": true,
	} {
		if got := Read(message, nil).WantsHuman >= unsure; got != want {
			t.Errorf("%q: %v, want %v", message, got, want)
		}
	}
}
