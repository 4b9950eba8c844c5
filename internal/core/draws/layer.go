package draws

// Lanes is the number of candidates whose draws [Layer.Fill] makes side by side.
const Lanes = 16

// Block is the number of items that share a block of the generator; [Layer.Fill] is
// fastest for a multiple of it.
const Block = 4

// Layer makes the draws of one layer for Lanes candidates at a time. The counters of
// a layer differ in two words only, so two and a half of the ten rounds need not be
// repeated for every pair of a candidate and a block of items.
type Layer struct {
	seed   uint64
	layer  int
	rounds roundKeys
	blocks []blockStart
}

// roundKeys holds what the rounds need besides the block and the candidate.
type roundKeys struct {
	candidate uint32       // first round: exclusive or with the candidate gives c0
	second    uint32       // second round: key of c2
	fourth    uint32       // fourth round: key of c0
	last      [6][2]uint32 // fifth to tenth round: keys of c0 and c2
}

// blockStart is the contribution of a block's number to the first four rounds.
type blockStart struct {
	second uint32 // exclusive or with the candidate's c2 after the second round
	third  [2]uint32
	fourth uint32
}

// NewLayer returns a Layer for up to the given number of items. Call [Layer.Reset]
// before [Layer.Fill].
func NewLayer(items int) *Layer { return &Layer{blocks: make([]blockStart, (items+Block-1)/Block)} }

// Reset chooses the seed and the layer.
func (d *Layer) Reset(seed uint64, layer int) {
	d.seed, d.layer = seed, layer
	var keys [10][2]uint32
	k0, k1 := uint32(seed), uint32(seed>>32)
	for r := range keys {
		keys[r] = [2]uint32{k0, k1}
		k0 += philoxW0
		k1 += philoxW1
	}
	product := uint64(philoxM1) * uint64(uint32(layer))
	d.rounds = roundKeys{
		candidate: uint32(product>>32) ^ keys[0][0],
		second:    keys[1][1],
		fourth:    keys[3][0],
		last:      [6][2]uint32(keys[4:]),
	}
	for i := range d.blocks {
		// c2 and c3 after the first round, then the products of the second and third.
		first := uint64(philoxM0) * uint64(i)
		second := uint64(philoxM1) * uint64(uint32(first>>32)^keys[0][1])
		third := uint64(philoxM0) * uint64(uint32(second>>32)^uint32(product)^keys[1][0])
		d.blocks[i] = blockStart{
			second: uint32(first),
			third:  [2]uint32{uint32(second) ^ keys[2][0], uint32(third>>32) ^ keys[2][1]},
			fourth: uint32(third) ^ keys[3][1],
		}
	}
}

// Fill fills rows with the draws of Lanes consecutive candidates: rows[i][l] is
// the draw of item i of candidate first + l, as [Philox] gives it.
func (d *Layer) Fill(rows [][Lanes]uint32, first int) {
	for i := d.fillVector(rows, first); i < len(rows); i++ {
		for l := range Lanes {
			rows[i][l] = d.draw(i, first+l)
		}
	}
}

// draw returns the draw of one item of one candidate.
func (d *Layer) draw(item, candidate int) uint32 {
	counter := [4]uint32{uint32(item / Block), uint32(candidate), uint32(d.layer), 0}
	return Philox4x32(counter, [2]uint32{uint32(d.seed), uint32(d.seed >> 32)})[item%Block] >> (32 - Bits)
}
