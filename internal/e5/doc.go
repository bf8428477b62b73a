// Package e5 is the built-in sentence transformer: multilingual-e5-small with 4-bit weights, in Go and a little assembly, without cgo, a model server or a key.
//
//	model, err := e5.Open(weights.File())
//	vectors, err := model.Embed(ctx, e5.Query, []string{"how do I return a tablet?"})
//
// It does what Baton needs of a transformer and no more: one model, its shape in constants, one vector for a text. It is no inference library.
//
// # Text to tokens
//
// A text is normalised as SentencePiece's nmt_nfkc does it and cut into the likeliest pieces of a Unigram vocabulary (XLM-RoBERTa's, pruned: see below). Recorded tokens of the engine the weights come from
// are the test. Four differences are on purpose:
//
//   - Letters and marks are composed as NFKC does it, also across characters. That engine maps characters one by one, which the model's own tokenizer does not.
//   - Spaces at the end are cut, as SentencePiece does.
//   - "<s>" and other names of special pieces are plain text: a visitor cannot write one.
//   - Longer texts are cut at MaxTokens; that engine averages windows. Passages are shorter than that.
//
// Two more come from newer Unicode tables (74 characters of Unicode 11 and later have a compatibility form) and from x/text, which separates more than thirty marks in a row. Invalid bytes count as spaces.
// Tokenising is one pass whose cost per character is bounded by the longest piece, and no more than 8,192 characters are looked at.
//
// # Tokens to a vector
//
// Twelve layers of attention and feed-forward, the mean of the tokens, length one. Weights are multiplied as 4-bit integers with activations rounded to 8 bits, both with one scale for 32 numbers. Sums of 32 products are exact integers in
// every kernel, so that kernels differ in the rounding of floating-point sums only. The portable kernel is plain Go; on amd64 one in assembly is chosen at run time where the processor has AVX2, FMA and F16C.
//
// # The file
//
// scripts/e5/convert.py writes it; all numbers are little-endian.
//
//	0    "BATONE5\n"
//	8    version 1, length of the header (256): 32 bits each
//	16   length of the file: 64 bits
//	24   dimensions, layers, heads, inner dimensions, positions, pieces, bytes of the longest piece: 32 bits each
//	52   score of an unknown character, epsilon of the normalisation: float32
//	64   where the seven sections start: 64 bits each
//	192  SHA-256 of everything behind the header
//	252  CRC-32 of the header up to here
//
// The sections, each at a multiple of 64:
//
//  1. weights and biases of the normalisation of the input: float32
//  2. the layers: matrices for query, key and value (below one another), for what attention returns, into and out of the inner dimensions; then the biases of query, key, value, attention, weights and biases of
//     its normalisation, the biases of inner dimensions and output, weights and biases of the last normalisation: float32
//  3. positions, the one token type added: float32
//  4. embeddings of the pieces, then of begin, end and unknown: per 32 numbers a half-precision scale and 16 bytes; byte i holds numbers i (low) and i+16
//  5. where the text of each piece ends, with a zero in front: 32 bits each
//  6. scores of the pieces: float32
//  7. texts of the pieces in the order of their bytes, a space for SentencePiece's mark of a space
//
// A matrix stands in groups of eight output rows, and a group in blocks of 32 columns: eight half-precision scales, one per row, then four times 32 bytes. Byte 4r+i of the 32 with number c holds the weights of row r in columns
// 8c+i (low nibble) and 8c+4+i. A nibble n means n-8. So one 256-bit register holds four columns of eight rows, and eight rows are added up side by side.
//
// # What pruning costs
//
// Of 250,002 pieces 151,269 stay: all single characters, whatever English and Hindi and Arabic use, and of the rest the likeliest, except those of Georgian, Armenian, Ethiopic, Burmese, Khmer and Lao. The same text
// makes 3 to 6 % more tokens in Spanish, French, Italian, Dutch, Vietnamese and Indonesian, 6 to 12 % in other languages of the kept scripts, and three times as many in the six scripts left out (measured on
// the translations of Django 5.1). No character turns unknown that was known before.
//
// # The race detector
//
// Loops over numbers carry go:norace: they work on scratch that one goroutine holds, and watched they take ten times as long, which would make
// every test that starts a server wait for its embedder. What goroutines share, the gate and the pool of scratch, is watched.
//
// # Failures
//
// Open returns ErrDamaged with the cause for a file that is cut, of another version or shape. Verify finds any changed byte and takes about as long as a query. Every text has a vector: an empty one that of its prefix. Embed fails with the error of its context and otherwise
// only with ErrNoVector, which damaged weights can cause.
package e5
