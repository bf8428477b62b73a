package assistant

import (
	"testing"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/knowledge"
)

func page(title, text string, heading ...string) knowledge.Passage {
	return knowledge.Passage{ChunkID: uuid.Must(uuid.NewV7()), DocumentID: uuid.Must(uuid.NewV7()), Title: title, Heading: heading, Text: text, URL: "https://tarang.example/help/" + title}
}

func shopPages() []knowledge.Passage {
	return []knowledge.Passage{
		page("Shipping charges", "What delivery costs depends on the place. You get free shipping to Bengaluru, Mumbai and Delhi on orders over ₹2,500. Standard delivery is ₹79 for each order. Express delivery costs ₹149.\nDelivery to Ladakh costs ₹199.", "Charges"),
		page("Cancel an order", "You can cancel an order free of charge until its status changes to Packed. Open Account, Orders, choose the order and press Cancel.\nAn order that has shipped can no longer be cancelled in your account. Refuse the parcel at the door, and we refund the order when it is back in our warehouse, less the shipping charge.\nThe refund of a cancelled order starts the same day. It takes 1 to 2 working days by UPI and 5 to 7 working days to a card."),
		page("Battery care", "Use the 25 W charger from the box. A full charge of the Tab 11 takes about 1 hour 50 minutes. Do not charge below 0 °C or above 40 °C.\nA new battery is fitted at a service centre for ₹2,190, and is free if it falls below 80 % in the first year."),
		page("Opening hours", "Our stores open Monday to Saturday from 10 am to 8 pm. They are closed on Sunday. The sale ends on 18 September 2026.\nQuestions: care@tarang.example or https://tarang.example/help/contact and https://bank.example/emi."),
		page("शिपिंग शुल्क", "बेंगलुरु में ₹2,500 से ऊपर के ऑर्डर पर शिपिंग मुफ़्त है। सामान 2 दिनों में पहुँचता है। खुले हुए ईयरबड वापस नहीं किए जा सकते।"),
		page("سياسة الإرجاع", "يمكنك إرجاع المنتج خلال 10 أيام من التسليم. لا يمكن إرجاع سماعات الأذن المفتوحة. يصل المبلغ إلى بطاقتك خلال خمسة أيام."),
	}
}

// A claim stands where its words may differ and its facts may not. Marks are what the model named; the passage that it meant is looked for besides.
func TestClaimsStandOnPassages(t *testing.T) {
	t.Parallel()
	g := newGrounds(shopPages(), "Do you ship to Pune?", "Tarang", nil)
	for _, c := range []struct {
		name, claim string
		marked      []int
		want        int // the passage, or -1
	}{
		{"said as it stands", "Standard delivery is ₹79 for each order.", []int{0}, 0},
		{"said in other words", "Shipping to Bengaluru is free for orders above ₹2,500.", []int{0}, 0},
		{"with another mark", "Shipping to Bengaluru is free for orders above ₹2500.", []int{2}, 0},
		{"without a mark", "A full charge of your Tab 11 takes around 1 hour 50 minutes.", nil, 2},
		{"a number in words", "By UPI the refund takes one to two working days.", []int{1}, 1},
		{"steps", "1. Open Account, then Orders.", []int{1}, 1},
		{"emphasis", "Press **Cancel** in your **Orders**.", []int{1}, 1},
		{"a denial that stands", "You cannot cancel an order that has shipped.", []int{1}, 1},
		{"two clauses", "You can cancel an order until it is packed, but an order that has shipped can no longer be cancelled.", []int{1}, 1},
		{"free of charge, otherwise", "Cancelling an order until its status is Packed comes at no extra cost.", []int{1}, 1},
		{"the company's name", "Tarang stores are closed on Sunday.", []int{3}, 3},
		{"an address of the site", "You can write to care@tarang.example with questions.", []int{3}, 3},
		{"Hindi", "बेंगलुरु में ₹2,500 से ऊपर के ऑर्डर पर शिपिंग मुफ़्त है।", []int{4}, 4},
		{"Hindi, other digits and words", "₹२,५०० से ऊपर के ऑर्डर की शिपिंग बेंगलुरु में बिना किसी शुल्क के है।", []int{4}, 4},
		{"Hindi, a number in words", "सामान दो दिन में पहुँचता है।", []int{4}, 4},
		{"Hindi, a denial that stands", "खुले ईयरबड वापस नहीं किए जाते।", []int{4}, 4},
		{"Arabic", "يمكنك إرجاع المنتج خلال عشرة أيام من التسليم.", []int{5}, 5},
		{"Arabic digits", "يمكنك إرجاع المنتج خلال ١٠ أيام.", []int{5}, 5},
		{"Arabic, a denial that stands", "لا يمكنك إرجاع سماعات الأذن المفتوحة.", []int{5}, 5},
		{"Hindi from English, by figures", "बेंगलुरु में ₹149 में Express delivery होती है।", []int{0}, 0},
		{"Arabic from English, by figures", "تكلفة التوصيل إلى Ladakh هي ₹199.", []int{0}, 0},

		{"another amount", "Standard delivery is ₹85 for each order.", []int{0}, -1},
		{"the amount of something else", "Standard delivery is ₹149 for each order.", []int{0}, -1},
		{"the time of something else", "A refund to a card takes 1 to 2 working days.", []int{1}, -1},
		{"another unit", "By UPI the refund takes 1 to 2 working hours.", []int{1}, -1},
		{"a place from nowhere", "Shipping to Pune is free on orders over ₹2,500.", []int{0}, -1},
		{"a place from nowhere, in front", "Pune gets free shipping on orders over ₹2,500.", []int{0}, -1},
		{"the place of another sentence", "Delivery to Ladakh is free on orders over ₹2,500.", []int{0}, -1},
		{"the other way round", "Shipping to Bengaluru is free on orders under ₹2,500.", []int{0}, -1},
		{"a denial from nowhere", "You cannot cancel an order until its status changes to Packed.", []int{1}, -1},
		{"a denial left out", "An order that has shipped can be cancelled in your account.", []int{1}, -1},
		{"a denial left out, with n't elsewhere", "Charge below 0 °C or above 40 °C.", []int{2}, -1},
		{"everything", "Shipping is free everywhere, trust me.", []int{0}, -1},
		{"always", "Shipping to Bengaluru is always free.", []int{0}, -1},
		{"another day", "Our stores are open on Sunday.", []int{3}, -1},
		{"another month", "The sale ends on 18 October 2026.", []int{3}, -1},
		{"another year", "The sale ends on 18 September 2027.", []int{3}, -1},
		{"something else altogether", "Elephants never forget anything.", []int{1}, -1},
		{"courtesy", "I hope this helps!", []int{0}, -1},
		{"a question", "Would you like free shipping to Bengaluru on orders over ₹2,500?", []int{0}, -1},
		{"a promise", "We will send you a voucher of ₹500 for the delay.", []int{0}, -1},
		{"a foreign address", "Pay for the express delivery at https://evil.example/pay.", []int{0}, -1},
		{"an address that the page names, elsewhere", "Questions about EMI: https://bank.example/emi.", []int{3}, -1},
		{"an image", "![Standard delivery](https://evil.example/x.png) Standard delivery is ₹79.", []int{0}, -1},
		{"a reference link", "Standard delivery is ₹79.\n[1]: https://evil.example", []int{0}, -1},
		{"its own orders", "You answer visitors in the support chat of a company.", []int{0}, -1},
		{"Hindi, another amount", "बेंगलुरु में ₹1,500 से ऊपर के ऑर्डर पर शिपिंग मुफ़्त है।", []int{4}, -1},
		{"Hindi, the other way round", "बेंगलुरु में ₹2,500 से कम के ऑर्डर पर शिपिंग मुफ़्त है।", []int{4}, -1},
		{"Hindi, a denial left out", "खुले हुए ईयरबड वापस किए जा सकते हैं।", []int{4}, -1},
		{"Hindi, another number in words", "सामान तीन दिन में पहुँचता है।", []int{4}, -1},
		{"Arabic, another number", "يمكنك إرجاع المنتج خلال 30 يومًا من التسليم.", []int{5}, -1},
		{"Arabic, a denial left out", "يمكن إرجاع سماعات الأذن المفتوحة.", []int{5}, -1},
		{"Arabic, a dual", "يصل المبلغ إلى بطاقتك خلال يومين.", []int{5}, -1},
		{"Hindi from English, another amount", "Express delivery ₹200 में होती है।", []int{0}, -1},
		{"Hindi from English, nothing to hold on to", "आप कभी भी ऑर्डर रद्द कर सकते हैं।", []int{1}, -1},
		{"Spanish from English, nothing to hold on to", "Puede cancelar su pedido cuando usted lo desee y sin.", []int{1}, -1},
	} {
		got := -1
		if s := g.stands(c.claim, c.marked); len(s) > 0 {
			got = s[0].passage
		}
		if got != c.want {
			t.Errorf("%s: %q stands on %d, want %d", c.name, c.claim, got, c.want)
		}
	}
}
