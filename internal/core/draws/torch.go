package draws

// Torch gives the draws that the published program gets from PyTorch's CPU
// generator after torch.manual_seed(seed), layer by layer: first all draws of
// the random orders, [layers, random, items] row-major, then all noise,
// [layers, noisy, items]. A draw is the low 24 bits of an MT19937 word.
//
// Two copies of the generator run side by side, one at the next layer's random orders
// and one at its noise, so memory does not grow with the number of layers.
type Torch struct {
	random, noisy int
	items         int
	orders, noise mt19937
}

// NewTorch returns the draws of layers of random + noisy candidates each. Only
// the low 32 bits of the seed are used, as by torch.manual_seed.
func NewTorch(seed uint64, layers, random, noisy, items int) *Torch {
	t := &Torch{random: random, noisy: noisy, items: items}
	t.orders.seed(uint32(seed))
	t.noise = t.orders
	if noisy > 0 {
		t.noise.skip(layers * random * items)
	}
	return t
}

// Next fills dst, [random + noisy, items], with the draws of the next layer.
func (t *Torch) Next(dst []uint32) {
	split := t.random * t.items
	t.orders.fill(dst[:split])
	t.noise.fill(dst[split : split+t.noisy*t.items])
}
