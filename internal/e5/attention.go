package e5

// gather lays keys and values of one head out for the kernel. projection holds query, key and value of each token.
//
//go:norace
func (a *attention) gather(projection, out []float32, head int) {
	at := head * headDims
	a.query, a.out = projection[at:], out[at:]
	for token := range a.tokens {
		row := projection[token*projected+at:]
		key := (*[headDims]float32)(row[dims:])
		for i, v := range key {
			a.key[i*a.span+token] = v
		}
		copy(a.value[token*headDims:][:headDims], row[2*dims:])
	}
}

// shape makes room for a text and hides what only fills up.
func (a *attention) shape(tokens int) {
	a.tokens, a.rows, a.span = tokens, tiled(tokens), spanned(tokens)
	a.key = grown(a.key, headDims*a.span)
	a.value = grown(a.value, a.span*headDims)
	a.score = grown(a.score, tile*a.span)
	a.mask = grown(a.mask, a.span)
	clear(a.key)
	clear(a.value)
	clear(a.mask)
	for i := tokens; i < a.span; i++ {
		a.mask[i] = hidden
	}
}

func attendPortable(a *attention) {
	for token := range a.rows {
		score := a.score[:a.span]
		a.scores(score, (*[headDims]float32)(a.query[token*projected:]))
		inverse := softmax(score)
		a.mix(score, inverse, (*[headDims]float32)(a.out[token*dims:]))
	}
}

// scores multiplies a query with all keys.
//
//go:norace
func (a *attention) scores(score []float32, query *[headDims]float32) {
	copy(score, a.mask)
	for i, q := range query {
		for s, k := range a.key[i*a.span:][:len(score)] {
			score[s] += q * k
		}
	}
}

// softmax turns scores into weights and returns what they must be multiplied with to add up to one.
//
//go:norace
func softmax(score []float32) float32 {
	largest := score[0]
	for _, v := range score {
		largest = max(largest, v)
	}
	sum := float32(0)
	for i, v := range score {
		score[i] = exp((v - largest) * attentionScale)
		sum += score[i]
	}
	return 1 / sum
}

// mix adds up the values by their weights.
//
//go:norace
func (a *attention) mix(weights []float32, scale float32, out *[headDims]float32) {
	var sum [headDims]float32
	for s, w := range weights[:a.tokens] {
		value := (*[headDims]float32)(a.value[s*headDims:])
		for i, v := range value {
			sum[i] += w * v
		}
	}
	for i, v := range sum {
		out[i] = v * scale
	}
}
