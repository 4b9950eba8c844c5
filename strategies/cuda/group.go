//go:build cuda

package cuda

import (
	"unsafe"

	"packbench/internal/core/draws"
	"packbench/packing"
	"packbench/strategies"
)

// group is the problems of a batch whose layers are of one size. Their layers are the
// rows of one plan, problem after problem, cut into parts where memory is short.
type group struct {
	shape    packing.Shape // of all layers together
	problems []int         // numbers in the batch

	*plan
	parts []hostPart
	spans []span
	// Page-locked: inputs and answers of all parts, one part after the other; draws
	// of one part.
	input, drawn, answer mapped
}

// hostPart is a part with where its words begin in the page-locked memory.
type hostPart struct {
	part
	inputAt, answerAt int64
}

// span is layers that lie together both in a problem and in a part.
type span struct {
	problem int // number in the batch
	layer   int // the first, in its problem
	part    int
	row     int // the first, in its part
	layers  int
}

// groups sorts problems by the sizes of their layers, in the order in which the sizes
// first come.
func groups(shapes []packing.Shape) []*group {
	var all []*group
	bySize := map[[2]int]*group{}
	for i, s := range shapes {
		size := [2]int{s.Items, s.Packs}
		g := bySize[size]
		if g == nil {
			g = &group{shape: packing.Shape{Items: s.Items, Packs: s.Packs}}
			bySize[size] = g
			all = append(all, g)
		}
		g.shape.Layers += s.Layers
		g.problems = append(g.problems, i)
	}
	return all
}

// allocate allocates what the plan needs in m, and returns the launches of each part.
func (g *group) allocate(p *plan, shapes []packing.Shape, m *memory) (launches [][]launch, err error) {
	b := p.lay(p.chunk, func(words int64) address { return m.words(words, &err) })
	inputs, answers := int64(0), int64(0)
	g.parts = nil
	for first := 0; first < g.shape.Layers; first += p.chunk {
		at := hostPart{part: part{layers: min(p.chunk, g.shape.Layers-first)}, inputAt: inputs, answerAt: answers}
		inputs += p.inputWords(at.layers)
		answers += p.answerWords(at.layers)
		g.parts = append(g.parts, at)
	}
	g.spans = cut(g.problems, shapes, p.chunk)
	g.input = m.mapped(inputs, &err)
	g.answer = m.mapped(answers, &err)
	g.drawn = mapped{}
	if p.draws {
		g.drawn = m.mapped(p.drawWords(p.chunk), &err)
	}
	if err != nil {
		return nil, err
	}
	clear(g.input.words) // what is not written stays 0
	for i := range g.parts {
		at := &g.parts[i]
		at.input, at.draws, at.answer = g.input.at.words(at.inputAt), g.drawn.at, g.answer.at.words(at.answerAt)
		launches = append(launches, p.launches(b, at.part))
	}
	g.plan = p
	return launches, nil
}

// cut lays the layers of problems one after the other and cuts them into parts of
// chunk layers.
func cut(problems []int, shapes []packing.Shape, chunk int) []span {
	var spans []span
	row := 0
	for _, i := range problems {
		for layer := 0; layer < shapes[i].Layers; {
			s := span{problem: i, layer: layer, part: row / chunk, row: row % chunk}
			s.layers = min(shapes[i].Layers-layer, chunk-s.row)
			spans = append(spans, s)
			layer += s.layers
			row += s.layers
		}
	}
	return spans
}

// write puts heads and weights where the device fetches them.
func (g *group) write(jobs []strategies.Job) {
	n := g.shape.Items
	for _, s := range g.spans {
		j, at := jobs[s.problem], g.parts[s.part]
		input := g.input.words[at.inputAt:]
		for l := range s.layers {
			head := input[(s.row+l)*headWords:]
			head[0], head[1], head[2] = uint32(j.Random.Seed), uint32(j.Random.Seed>>32), uint32(s.layer+l)
		}
		rows := floats(input[g.weightsAt(at.layers)+int64(s.row*g.pitch):], s.layers*g.pitch)
		from := j.Problem.Weights[s.layer*n : (s.layer+s.layers)*n]
		if g.pitch == n {
			copy(rows, from)
			continue
		}
		for l := range s.layers {
			copy(rows[l*g.pitch:], from[l*n:(l+1)*n])
		}
	}
}

// writeDraws puts the draws of a part where the device fetches them. torch has the
// draws of every problem of the batch that come next.
func (g *group) writeDraws(part int, torch []*draws.Torch) {
	row := (g.Candidates - 2) * g.shape.Items
	for _, s := range g.spans {
		if s.part != part {
			continue
		}
		for l := s.row; l < s.row+s.layers; l++ {
			torch[s.problem].Next(g.drawn.words[l*row : (l+1)*row])
		}
	}
}

// read takes the answers.
func (g *group) read(jobs []strategies.Job, reports []strategies.Report) {
	n := g.shape.Items
	for _, s := range g.spans {
		at := g.parts[s.part]
		answer := g.answer.words[at.answerAt:]
		j, from, to := jobs[s.problem], s.layer*n, (s.layer+s.layers)*n
		copyIndices(j.Out.PackIndex[from:to], answer[s.row*n:])
		copyIndices(j.Out.RankInPack[from:to], answer[(at.layers+s.row)*n:])
		for l := range s.layers {
			reports[s.problem].Layers[s.layer+l].Steps = int64(answer[2*at.layers*n+s.row+l])
		}
	}
}

// floats are words as n floats.
func floats(words []uint32, n int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(&words[0])), n)
}

// copyIndices copies indices below 2³¹ word for word.
func copyIndices(to []int32, from []uint32) {
	copy(to, unsafe.Slice((*int32)(unsafe.Pointer(&from[0])), len(to)))
}
