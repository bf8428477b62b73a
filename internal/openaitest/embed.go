package openaitest

import (
	"encoding/json"
	"hash/fnv"
	"math"
	"net/http"
	"strings"
	"unicode"
)

// Dimensions is the length of the vectors.
const Dimensions = 64

func (s *Server) embeddings(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Input json.RawMessage `json:"input"`
		Model string          `json:"model"`
	}
	if !decode(w, r, &request) {
		return
	}
	var texts []string
	if json.Unmarshal(request.Input, &texts) != nil {
		var one string
		if json.Unmarshal(request.Input, &one) != nil {
			refuse(w, http.StatusBadRequest, "input is neither a text nor a list of texts")
			return
		}
		texts = []string{one}
	}
	data := make([]any, len(texts))
	for i, text := range texts {
		data[i] = map[string]any{"object": "embedding", "index": i, "embedding": Vector(text)}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "model": request.Model, "data": data, "usage": map[string]int{"prompt_tokens": 1, "total_tokens": 1}})
}

// Vector is a text's vector: each word adds to one direction, and the sum has length 1.
func Vector(text string) []float32 {
	v := make([]float32, Dimensions)
	v[0] = 0.1 // Nothing is the zero vector, which has no direction.
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) }) {
		h := fnv.New32a()
		_, _ = h.Write([]byte(word))
		sum := h.Sum32()
		v[sum%Dimensions] += 1 - 2*float32(sum>>31)
	}
	length := 0.0
	for _, x := range v {
		length += float64(x) * float64(x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(length))
	}
	return v
}
