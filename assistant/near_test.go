package assistant

import (
	"slices"
	"testing"

	"github.com/baton-chat/baton/internal/e5"
	"github.com/baton-chat/baton/internal/e5/weights"
	"github.com/baton-chat/baton/knowledge"
)

// across is a claim with a sentence in another language that bears it and one about a neighbouring matter that does not. None holds a figure or a name, and no pair
// parts by a denial or a pair of opposites: those are compared to the letter, and the embedder decides over the rest. A cosine is the same both ways, so the pairs stand
// for claims in English on other pages as well.
var across = []struct{ claim, bears, not string }{
	{"पैक होने तक ऑर्डर रद्द किया जा सकता है।", "You can cancel an order until it has been packed.", "You can change the address until the order has been packed."},
	{"पैसे उसी कार्ड पर वापस आते हैं जिससे भुगतान किया गया था।", "The money goes back to the card that was used for the payment.", "The card that was used for the payment must be shown at the counter."},
	{"टूटा हुआ सामान मिलने पर फ़ोटो भेजिए।", "If an item arrives broken, send us a photo of it.", "If the parcel is late, send us the number of the order."},
	{"वारंटी में पानी से हुआ नुकसान शामिल नहीं है।", "The warranty does not cover damage by water.", "The warranty does not cover a lost charger."},
	{"बिल ऐप में ऑर्डर के नीचे मिलता है।", "You find the invoice in the app below the order.", "You find the serial number on the back of the tablet."},
	{"डिलीवरी का समय चेकआउट पर दिखता है।", "Checkout shows when the parcel will be delivered.", "Checkout shows which cards can be used."},
	{"पासवर्ड भूल जाने पर साइन-इन पेज पर लिंक माँगिए।", "If you forgot your password, ask for a link on the sign-in page.", "If you moved, change your address on the account page."},
	{"बैटरी सेवा केंद्र में बदली जाती है।", "The battery is replaced at a service centre.", "The screen is cleaned with a soft cloth."},
	{"उपहार कार्ड को नकद में नहीं बदला जा सकता।", "Gift cards cannot be exchanged for cash.", "Gift cards cannot be used for a subscription."},
	{"ईयरबड को केस में रखकर रीसेट कीजिए।", "Put the earbuds into their case to reset them.", "Put the earbuds into their case to charge them."},
	{"कूरियर पुराना फ़ोन घर से ले जाता है।", "The courier collects the old phone from your home.", "The courier calls you before the delivery."},
	{"रिफ़ंड शुरू होने पर हम ईमेल भेजते हैं।", "We send you an e-mail when the refund starts.", "We send you an e-mail when the item is in stock again."},

	{"يمكن إلغاء الطلب قبل تعبئته.", "You can cancel an order until it has been packed.", "You can change the address until the order has been packed."},
	{"يعود المبلغ إلى البطاقة التي دفعت بها.", "The money goes back to the card that was used for the payment.", "The card that was used for the payment must be shown at the counter."},
	{"إذا وصل المنتج مكسورًا فأرسل لنا صورة.", "If an item arrives broken, send us a photo of it.", "If the parcel is late, send us the number of the order."},
	{"الضمان لا يغطي الأضرار الناتجة عن الماء.", "The warranty does not cover damage by water.", "The warranty does not cover a lost charger."},
	{"تجد الفاتورة في التطبيق أسفل الطلب.", "You find the invoice in the app below the order.", "You find the serial number on the back of the tablet."},
	{"يظهر موعد التسليم عند الدفع.", "Checkout shows when the parcel will be delivered.", "Checkout shows which cards can be used."},
	{"إذا نسيت كلمة المرور فاطلب رابطًا من صفحة تسجيل الدخول.", "If you forgot your password, ask for a link on the sign-in page.", "If you moved, change your address on the account page."},
	{"يتم استبدال البطارية في مركز الخدمة.", "The battery is replaced at a service centre.", "The screen is cleaned with a soft cloth."},
	{"لا يمكن استبدال بطاقات الهدايا بالنقود.", "Gift cards cannot be exchanged for cash.", "Gift cards cannot be used for a subscription."},
	{"ضع السماعات في علبتها لإعادة ضبطها.", "Put the earbuds into their case to reset them.", "Put the earbuds into their case to charge them."},
	{"يستلم المندوب الهاتف القديم من منزلك.", "The courier collects the old phone from your home.", "The courier calls you before the delivery."},
	{"نرسل لك بريدًا إلكترونيًا عند بدء استرداد المبلغ.", "We send you an e-mail when the refund starts.", "We send you an e-mail when the item is in stock again."},

	{"Puede cancelar un pedido hasta que se haya empaquetado.", "You can cancel an order until it has been packed.", "You can change the address until the order has been packed."},
	{"El dinero vuelve a la tarjeta con la que se hizo el pago.", "The money goes back to the card that was used for the payment.", "The card that was used for the payment must be shown at the counter."},
	{"Si un artículo llega roto, mándenos una foto.", "If an item arrives broken, send us a photo of it.", "If the parcel is late, send us the number of the order."},
	{"La garantía no cubre los daños por agua.", "The warranty does not cover damage by water.", "The warranty does not cover a lost charger."},
	{"La factura se encuentra en la aplicación, debajo del pedido.", "You find the invoice in the app below the order.", "You find the serial number on the back of the tablet."},
	{"Al pagar se ve la fecha de entrega.", "Checkout shows when the parcel will be delivered.", "Checkout shows which cards can be used."},
	{"Si olvidó su contraseña, pida un enlace en la página de acceso.", "If you forgot your password, ask for a link on the sign-in page.", "If you moved, change your address on the account page."},
	{"La batería se cambia en un centro de servicio.", "The battery is replaced at a service centre.", "The screen is cleaned with a soft cloth."},
	{"Las tarjetas de regalo no se pueden cambiar por dinero.", "Gift cards cannot be exchanged for cash.", "Gift cards cannot be used for a subscription."},
	{"Ponga los auriculares en su estuche para restablecerlos.", "Put the earbuds into their case to reset them.", "Put the earbuds into their case to charge them."},
	{"El mensajero recoge el teléfono viejo en su casa.", "The courier collects the old phone from your home.", "The courier calls you before the delivery."},
	{"Le enviamos un correo cuando empieza el reembolso.", "We send you an e-mail when the refund starts.", "We send you an e-mail when the item is in stock again."},
}

// Where the built-in embedder parts sentences that say the same in another language from those about a neighbouring matter and from those about anything else.
func TestNearPartsMeanings(t *testing.T) {
	t.Parallel()
	vector := embedAcross(t)
	var bears, not, other []float64
	for i, p := range across {
		bears = append(bears, cosine(vector[p.claim], vector[p.bears]))
		not = append(not, cosine(vector[p.claim], vector[p.not]))
		for j, q := range across {
			if i != j && p.bears != q.bears {
				other = append(other, cosine(vector[p.claim], vector[q.bears]))
			}
		}
	}
	for _, at := range []float64{0.84, 0.85, 0.86, 0.87, 0.88, 0.89, 0.90, 0.91, 0.92} {
		t.Logf("from %.2f: %2d of %d that bear, %2d of %d of a neighbouring matter, %3d of %d of others", at, from(bears, at), len(bears), from(not, at), len(not), from(other, at), len(other))
	}
	// What ground.go says of its constant. Processors differ in the last digits of a cosine.
	if b, n, o := from(bears, nearFrom), from(not, nearFrom), from(other, nearFrom); b < 20 || n > 2 || o > 0 {
		t.Errorf("%d of %d that bear are let through, %d of a neighbouring matter, %d of others", b, len(bears), n, o)
	}
	slices.Sort(bears)
	slices.Sort(not)
	t.Logf("bear: %.3f to %.3f, half above %.3f; neighbours: %.3f to %.3f, half above %.3f", bears[0], bears[len(bears)-1], bears[len(bears)/2], not[0], not[len(not)-1], not[len(not)/2])
}

// from counts the values that are at least as high.
func from(values []float64, least float64) (n int) {
	for _, v := range values {
		if v >= least {
			n++
		}
	}
	return n
}

// embedAcross embeds all texts as an answer's check does.
func embedAcross(t *testing.T) map[string][]float32 {
	t.Helper()
	model, err := e5.Open(weights.File())
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, p := range across {
		texts = append(texts, p.claim, p.bears, p.not)
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	vectors, err := knowledge.Builtin(model).Embed(t.Context(), knowledge.EmbedQuery, texts)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float32{}
	for i, text := range texts {
		out[text] = vectors[i]
	}
	return out
}
