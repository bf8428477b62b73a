package e5

import "fmt"

// A vocabulary finds pieces in the file's sorted list of them. Nothing of the list is copied; the index over the first two bytes spares each search its
// widest steps.
type vocabulary struct {
	pieces     int
	longest    int
	unknown    float32 // the score of a character that is no piece
	ends       []byte
	scores     []byte
	text       []byte
	firstTwo   []uint32 // where the pieces that begin with two bytes start
	singleByte [256]int32
}

const noPiece = -1

func newVocabulary(l layout) (*vocabulary, error) {
	v := &vocabulary{
		pieces: l.pieces, longest: l.longest, unknown: l.unknown,
		ends: l.ends, scores: l.scores, text: l.text,
		firstTwo: make([]uint32, 1<<16+1),
	}
	for i := range v.singleByte {
		v.singleByte[i] = noPiece
	}
	filled := 0
	for i := range v.pieces {
		from, to := u32(v.ends, 4*i), u32(v.ends, 4*i+4)
		if from >= to || int(to) > len(v.text) || int(to-from) > v.longest {
			return nil, fmt.Errorf("%w: piece %d has no text", ErrDamaged, i)
		}
		pair := int(v.text[from]) << 8
		if to-from == 1 { // stands where a zero byte would follow, which no text has
			v.singleByte[v.text[from]] = int32(i)
		} else {
			pair |= int(v.text[from+1])
		}
		if pair < filled-1 {
			return nil, fmt.Errorf("%w: piece %d is out of order", ErrDamaged, i)
		}
		for ; filled <= pair; filled++ {
			v.firstTwo[filled] = uint32(i)
		}
	}
	for ; filled < len(v.firstTwo); filled++ {
		v.firstTwo[filled] = uint32(v.pieces)
	}
	return v, nil
}

func (v *vocabulary) score(piece int32) float32 { return f32(v.scores, int(4*piece)) }

// byteAt returns the byte of a piece at a depth, or -1 where the piece is shorter: shorter pieces sort first.
func (v *vocabulary) byteAt(piece, depth int) int {
	at := int(u32(v.ends, 4*piece)) + depth
	if at >= int(u32(v.ends, 4*piece+4)) {
		return -1
	}
	return int(v.text[at])
}

// prefixes calls found with every piece that text begins with, shortest first.
func (v *vocabulary) prefixes(text []byte, found func(piece int32, length int)) {
	if piece := v.singleByte[text[0]]; piece != noPiece {
		found(piece, 1)
	}
	if len(text) < 2 {
		return
	}
	pair := int(text[0])<<8 | int(text[1])
	low, high := int(v.firstTwo[pair]), int(v.firstTwo[pair+1])
	for depth := 2; low < high; depth++ {
		if v.byteAt(low, depth) < 0 {
			found(int32(low), depth)
			low++
		}
		if depth == len(text) || low == high {
			return
		}
		low, high = v.narrow(low, high, depth, int(text[depth]))
	}
}

// narrow returns the pieces of a range that have this byte at this depth.
func (v *vocabulary) narrow(low, high, depth, want int) (from, to int) {
	from = v.search(low, high, depth, want)
	if from == high || v.byteAt(from, depth) != want {
		return from, from
	}
	return from, v.search(from, high, depth, want+1)
}

// search returns the first piece of a range whose byte is not below want.
func (v *vocabulary) search(low, high, depth, want int) int {
	for low < high {
		if middle := int(uint(low+high) >> 1); v.byteAt(middle, depth) < want {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}
