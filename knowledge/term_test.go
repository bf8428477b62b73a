package knowledge

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// The present message's words weigh 1, the turns before it less and less, and
// a word of several turns weighs as in the latest.
func TestQueryTermsOfAFollowUp(t *testing.T) {
	t.Parallel()
	got := queryTerms("and for tablets?", []Turn{
		{"visitor", "do you sell phones"},
		{"assistant", "yes, phones and tablets"},
		{"visitor", "what does delivery cost"},
		{"assistant", "delivery costs 49"},
	})
	want := []queryTerm{
		{"tablet", 1}, {"deliveri", 0.2}, {"cost", 0.2}, {"49", 0.2}, {"yes", 0.1}, {"phone", 0.1}, {"sell", 0.25},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(queryTerm{})); diff != "" {
		t.Error(diff)
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
