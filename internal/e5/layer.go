package e5

// A matrix holds 4-bit weights in groups of eight output rows, in place.
type matrix struct {
	data       []byte
	rows, cols int
}

func (m matrix) blocks() int    { return m.cols / blockSize }
func (m matrix) groupSize() int { return m.blocks() * groupBlock }
func (m matrix) group(i int) []byte {
	size := m.groupSize()
	return m.data[i*size : (i+1)*size]
}

// A layer is one of twelve: attention and feed-forward, each followed by adding and normalising.
type layer struct {
	project, attended, widen, narrow             matrix
	projectBias, attendedBias                    []float32
	widenBias, narrowBias                        []float32
	attendedNorm, attendedShift, outNorm, outAdd []float32
}

func matrixSize(rows, cols int) int { return rows / rowGroup * cols / blockSize * groupBlock }

const (
	layerFloats = projected + 6*dims + wide
	layerSize   = (projected+dims)/rowGroup*(dims/blockSize)*groupBlock + 2*(wide*dims/rowGroup/blockSize)*groupBlock + 4*layerFloats
	// Sections are padded; layers inside theirs are not, because their size is a multiple of the alignment.
)

// readLayer cuts a layer out of its section.
func readLayer(data []byte) layer {
	take := func(rows, cols int) matrix {
		size := matrixSize(rows, cols)
		m := matrix{data: data[:size:size], rows: rows, cols: cols}
		data = data[size:]
		return m
	}
	l := layer{
		project:  take(projected, dims),
		attended: take(dims, dims),
		widen:    take(wide, dims),
		narrow:   take(dims, wide),
	}
	rest := floats(data)
	for _, part := range []struct {
		to   *[]float32
		size int
	}{
		{&l.projectBias, projected},
		{&l.attendedBias, dims},
		{&l.attendedNorm, dims},
		{&l.attendedShift, dims},
		{&l.widenBias, wide},
		{&l.narrowBias, dims},
		{&l.outNorm, dims},
		{&l.outAdd, dims},
	} {
		*part.to, rest = rest[:part.size:part.size], rest[part.size:]
	}
	return l
}
