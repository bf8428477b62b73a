package knowledge

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestTerms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []string
	}{
		{"The quick shipping charges, and the refunds!", []string{"quick", "ship", "charg", "refund"}},
		{"Orders over ₹2,500 (COD)", []string{"order", "over", "2", "500", "cod"}},
		{"मुफ़्त डिलीवरी कितने दिन में?", []string{"मुफ़्त", "डिलीवरी", "कितने", "दिन", "में"}},
		{"هل تشحنون إلى بنغالور؟", []string{"هل", "تشحنون", "إلى", "بنغالور"}},
		{"Cafe\u0301 CAFÉ", []string{"café", "café"}},
		{"TE-48213 tab11", []string{"te", "48213", "tab11"}},
		{strings.Repeat("é", 80), []string{strings.Repeat("é", maxTermBytes/2)}},
		{"is it the a an", nil},
	} {
		if diff := cmp.Diff(c.want, terms(c.text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

func TestCountKeepsOrderAndCaps(t *testing.T) {
	t.Parallel()
	words, tfs := count(append([]string{"b", "a", "b"}, strings.Fields(strings.Repeat("c ", maxTF+5))...))
	if diff := cmp.Diff([]string{"b", "a", "c"}, words); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int16{2, 1, maxTF}, tfs); diff != "" {
		t.Error(diff)
	}
}

// The present message's words weigh 1. The turns before it weigh much where it
// cannot be understood without them, and little where it can.
func TestQueryTermsOfAFollowUp(t *testing.T) {
	t.Parallel()
	history := []Turn{
		{"visitor", "do you sell phones"},
		{"assistant", "yes, phones and tablets"},
		{"visitor", "what does delivery cost"},
		{"assistant", "delivery costs 49"},
	}
	exactly := cmp.AllowUnexported(queryTerm{})
	got := queryTerms("and is it insured?", history)
	want := []queryTerm{
		{"insur", 1}, {"deliveri", 0.7}, {"cost", 0.7}, {"49", 0.7}, {"yes", 0.7 * 0.8}, {"phone", 0.7 * 0.8}, {"tablet", 0.7 * 0.8}, {"sell", 0.7 * 0.8},
	}
	if diff := cmp.Diff(want, got, exactly, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Error(diff)
	}
	got = queryTerms("Can you engrave my earbuds case?", history)
	for _, q := range got[3:] {
		if q.weight > standaloneWeight {
			t.Errorf("%q of an earlier turn weighs %.2f in a question that stands alone", q.term, q.weight)
		}
	}
	if diff := cmp.Diff([]queryTerm{{"engrav", 1}, {"earbud", 1}, {"case", 1}}, ownTerms(got), exactly); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]bool{
		"and for that?": true, "what about the price?": true, "do they take cards": true, "how long?": true,
		"Do you ship to Bengaluru?": false, "How do I cancel my order?": false, "battery warranty": false,
	} {
		if dependent(text) != want {
			t.Errorf("dependent(%q) = %v", text, !want)
		}
	}
}

func TestAboutness(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		general, particular string
	}{{"polici", "engrav"}, {"help", "batteri"}, {"use", "bitcoin"}} {
		if aboutness(c.general) >= aboutness(c.particular) {
			t.Errorf("%q weighs %.1f, %q %.1f; the general word must weigh less", c.general, aboutness(c.general), c.particular, aboutness(c.particular))
		}
	}
}
