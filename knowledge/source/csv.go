package source

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
)

// columnNames are what the header of a table of questions and answers says, in
// the languages that people have asked for. Names are compared without case,
// accents' marks included as they are usually typed.
var columnNames = map[string][]string{
	"question": {
		"question", "questions", "q", "query", "prompt", "frage", "fragen", "pregunta", "preguntas", "pergunta", "perguntas", "domanda", "domande", "vraag", "pytanie",
		"otázka", "soru", "pertanyaan", "soalan", "câu hỏi", "вопрос", "питання", "ερώτηση", "שאלה", "سؤال", "السؤال", "الأسئلة", "پرسش", "سوال",
		"प्रश्न", "सवाल", "প্রশ্ন", "கேள்வி", "ప్రశ్న", "ಪ್ರಶ್ನೆ", "ചോദ്യം", "પ્રશ્ન", "ਸਵਾਲ", "คำถาม", "问题", "問題", "质问", "質問", "질문", "kysymys", "fråga", "spørsmål", "spørgsmål",
	},
	"answer": {
		"answer", "answers", "a", "reply", "response", "antwort", "antworten", "respuesta", "respuestas", "réponse", "réponses", "resposta", "respostas", "risposta", "risposte",
		"antwoord", "odpowiedź", "odpověď", "cevap", "yanıt", "jawaban", "jawapan", "câu trả lời", "trả lời", "ответ", "відповідь", "απάντηση", "תשובה",
		"إجابة", "الإجابة", "جواب", "الجواب", "پاسخ", "उत्तर", "जवाब", "উত্তর", "பதில்", "సమాధానం", "ಉತ್ತರ", "ഉത്തരം", "જવાબ", "ਜਵਾਬ", "คำตอบ", "答案", "回答", "答え", "답변", "답", "vastaus", "svar",
	},
	"topic": {"topic", "category", "section", "kategorie", "thema", "categoría", "tema", "catégorie", "categoria", "категория", "विषय", "श्रेणी", "فئة", "الفئة", "分类", "カテゴリ", "분류"},
}

// separators may stand between the cells of a row. The comma comes last, because
// it also stands inside of sentences.
var separators = []rune{'\t', ';', '|', ','}

// A layout says which column of a table holds what; -1 where none does.
type layout struct {
	separator               rune
	question, answer, topic int
	header                  bool
}

// readCSV reads a table of questions and answers: each row is a section of its
// own, under its question. Without a header that is known, the first two
// columns are question and answer, and the first row is one of them.
func readCSV(out *outline, text string) error {
	l := layoutOf(text)
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.FieldsPerRecord, in.ReuseRecord = l.separator, -1, true
	rows, wide := 0, false
	for first := true; ; first = false {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if parse := (*csv.ParseError)(nil); errors.As(err, &parse) {
			return errTableQuotes(parse.Line)
		}
		if err != nil {
			return errDamaged("its rows could not be told apart")
		}
		wide = wide || len(row) > 1
		if first && l.header {
			continue
		}
		if rows++; rows > MaxPassages {
			continue // The number is part of what the operator is told.
		}
		l.write(out, row)
	}
	switch {
	case rows > MaxPassages:
		return errTableRows(rows)
	case !wide:
		return errTableColumns()
	}
	return nil
}

// write adds one row. One without a question or an answer says nothing.
func (l layout) write(out *outline, row []string) {
	question, answer := squeeze(cell(row, l.question)), strings.TrimSpace(cell(row, l.answer))
	if question == "" || answer == "" {
		return
	}
	level := 2
	if topic := squeeze(cell(row, l.topic)); topic != "" {
		out.heading(2, topic)
		level = 3
	} else {
		out.flush()
		out.path = [6]string{}
	}
	out.heading(level, question)
	out.block(answer)
}

func cell(row []string, column int) string {
	if column < 0 || column >= len(row) {
		return ""
	}
	return row[column]
}

// layoutOf looks at the first row, once with each separator.
func layoutOf(text string) layout {
	best := layout{separator: ',', question: 0, answer: 1, topic: -1}
	most := 0
	for _, separator := range separators {
		in := csv.NewReader(strings.NewReader(text))
		in.Comma, in.FieldsPerRecord, in.LazyQuotes = separator, -1, true
		row, err := in.Read()
		if err != nil {
			continue
		}
		if l, ok := headerOf(row); ok {
			l.separator = separator
			return l
		}
		// A separator counts by how many of the first rows it parts alike.
		if n := regularity(in, len(row)); n > most {
			most, best.separator = n, separator
		}
	}
	return best
}

// regularityRows is how many rows are looked at to find the separator.
const regularityRows = 20

func regularity(in *csv.Reader, columns int) int {
	if columns < 2 {
		return 0
	}
	n := 1
	for range regularityRows {
		row, err := in.Read()
		if err != nil {
			break
		}
		if len(row) == columns {
			n++
		}
	}
	return n
}

// headerOf recognises a header by the names of its columns.
func headerOf(row []string) (layout, bool) {
	find := func(what string) int {
		return slices.IndexFunc(row, func(name string) bool {
			return slices.Contains(columnNames[what], strings.ToLower(strings.Trim(squeeze(name), " :*?？")))
		})
	}
	l := layout{question: find("question"), answer: find("answer"), topic: find("topic"), header: true}
	return l, l.question >= 0 && l.answer >= 0
}
