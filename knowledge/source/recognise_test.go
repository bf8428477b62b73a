package source

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// A table that a spreadsheet saved in the character set of its country is read
// right, or refused as what it is. It is never read wrong.
func TestRecogniseCharset(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		set     encoding.Encoding
		refused bool
		text    string
	}{
		{"German", charmap.Windows1252, false, "Frage;Antwort\nWie lange kann ich zurückgeben?;Innerhalb von zehn Tagen nach Erhalt. Für geöffnete Geräte gilt das nicht.\nWas kostet der Versand?;Ab 50 € ist der Versand frei, sonst 4,90 €.\n"},
		{"French", charmap.Windows1252, false, "question;réponse\nPuis-je annuler ma commande ?;Oui, tant qu’elle n’a pas été expédiée. Le remboursement est effectué sous dix jours à compter de la réception.\n"},
		{"Spanish", charmap.Windows1252, false, "pregunta;respuesta\n¿Cuánto tarda el envío?;Entre dos y cuatro días hábiles. Los sábados también se entrega en Bogotá y Medellín según la dirección.\n"}, //nolint:misspell // Spanish.
		{"English with a euro sign", charmap.Windows1252, false, "question,answer\nWhat does shipping cost?,It costs €5 – free above €50. It’s sent the same day.\n"},
		{"Japanese", japanese.ShiftJIS, false, "質問,回答\n返品はできますか？,到着後十日以内であれば返品できます。\n送料はいくらですか？,5000円以上のご注文は送料無料です。\n"},
		{"little Japanese", japanese.ShiftJIS, false, "質問,回答\n返品は？,十日以内。\n"},
		{"Japanese of Unix", japanese.EUCJP, false, "質問,回答\n返品はできますか？,到着後十日以内であれば返品できます。\n"},
		{"Chinese", simplifiedchinese.GBK, false, "问题,答案\n可以退货吗？,收到商品后十天内可以退货。\n运费是多少？,满五百元免运费。\n"},
		{"Chinese of Taiwan", traditionalchinese.Big5, false, "問題,答案\n可以退貨嗎？,收到商品後十天內可以退貨。\n運費是多少？,滿五百元免運費。\n"},
		{"Korean", korean.EUCKR, false, "질문,답변\n반품할 수 있나요?,상품을 받은 후 열흘 이내에 반품할 수 있습니다.\n"},
		{"Russian", charmap.Windows1251, false, "вопрос;ответ\nМожно ли вернуть товар?;Да, в течение десяти дней после получения. Деньги вернутся на карту.\n"},
		{"Polish", charmap.Windows1250, false, "pytanie;odpowiedź\nCzy mogę zwrócić towar?;Tak, w ciągu dziesięciu dni od otrzymania. Zwrot pieniędzy następuje na kartę, którą zapłacono.\n"},
		{"Arabic", charmap.Windows1256, false, "سؤال;جواب\nهل يمكنني إرجاع المنتج؟;نعم، خلال عشرة أيام من الاستلام. يعاد المبلغ إلى بطاقتك.\n"},
		{"Greek", charmap.ISO8859_7, false, "ερώτηση,απάντηση\nΜπορώ να επιστρέψω το προϊόν;,Ναι, εντός δέκα ημερών από την παραλαβή.\n"},
		{"Russian of Unix", charmap.KOI8R, true, "вопрос;ответ\nМожно ли вернуть товар?;Да, в течение десяти дней после получения. Деньги вернутся на карту.\n"},
		{"Turkish", charmap.Windows1254, true, "soru;cevap\nÜrünü iade edebilir miyim?;Evet, teslim aldıktan sonra on gün içinde iade edebilirsiniz. Ücret kartınıza geri ödenir.\n"},
		{"Thai", charmap.Windows874, true, "คำถาม,คำตอบ\nคืนสินค้าได้ไหม,ได้ ภายในสิบวันหลังจากได้รับสินค้า\n"},
		{"German of a Macintosh", charmap.Macintosh, true, "Frage;Antwort\nWie lange kann ich zurückgeben?;Innerhalb von zehn Tagen nach Erhalt. Für geöffnete Geräte gilt das nicht.\n"},
		{"German of DOS", charmap.CodePage850, true, "Frage;Antwort\nWie lange kann ich zurückgeben?;Innerhalb von zehn Tagen nach Erhalt. Für geöffnete Geräte gilt das nicht.\n"},
		{"two words", charmap.Windows1252, true, "Frage;Antwort\nGrüße;Köln\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bytes, err := c.set.NewEncoder().Bytes([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			// Much of a real table is plain ASCII and says nothing.
			padded := append([]byte(strings.Repeat("Tab 11,a tablet\n", 5000)), bytes...)
			for what, content := range map[string][]byte{"alone": bytes, "behind much ASCII": padded} {
				got, err := toUTF8(CSV, "text/csv", content)
				var failure *Error
				switch {
				case c.refused && (!errors.As(err, &failure) || failure.Code != CodeCharset):
					t.Errorf("%s: read as %q, %v", what, got, err)
				case !c.refused && (err != nil || !strings.HasSuffix(got, c.text)):
					t.Errorf("%s: %q, %v", what, got[max(0, len(got)-len(c.text)):], err)
				}
			}
		})
	}
}

func TestTableInAnOldCharset(t *testing.T) {
	t.Parallel()
	content, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte("質問,回答\n返品はできますか？,到着後十日以内であれば返品できます。\n"))
	if err != nil {
		t.Fatal(err)
	}
	read, err := Read(t.Context(), File{Name: "faq.csv", Content: content}, Options{})
	if err != nil || len(read.Sections) != 1 || read.Sections[0].Heading[0] != "返品はできますか？" || read.Sections[0].Text != "到着後十日以内であれば返品できます。" {
		t.Errorf("%+v, %v", read, err)
	}
}
