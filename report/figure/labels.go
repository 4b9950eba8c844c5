package figure

import (
	"cmp"
	"math"
	"slices"

	"packbench/internal/shorten"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// label is a name beside a mark.
type label struct {
	text string
	mark vg.Point
	box  vg.Rectangle
	far  bool // so far from its mark that a line leads there

	covers bool // a mark, another label or the margin, for want of room
}

// labelHeight is the height of the letters of a label.
const labelHeight = vg.Length(smallSize)

// labelSteps are the distances from its mark at which a label is tried.
var labelSteps = []vg.Length{0, 12, 24, 38, 54, 72, 92, 114, 138, 164, 192}

// placeLabels finds for each name a place beside its mark, inside the bounds,
// that covers no mark and no other label, and no line where that can be: near it,
// or further off with a line to it. Names are shortened where they would take
// more than a third of the width.
func placeLabels(names []string, marks []vg.Point, lines []vg.Rectangle, inside vg.Rectangle) []label {
	const maxNames = 40 // of more, the search would take long and find nothing
	if len(names) > maxNames {
		return []label{{covers: true}}
	}
	s := style(smallSize, body)
	names = shorten.All(names, max(60, min(170, (inside.Max.X-inside.Min.X)/3)), s.Width)
	around := make([]vg.Rectangle, len(marks)) // with the room that makes a label nearest to its own mark
	for i, m := range marks {
		around[i] = box(m.X-9, m.Y-9, 18, 18)
	}
	p := placing{marks: marks, around: around, lines: lines, inside: inside}
	widths := make([]vg.Length, len(names))
	for i, name := range names {
		widths[i] = s.Width(name)
	}
	var best []label
	least := math.Inf(1)
	for _, order := range labelOrders(marks) {
		if cost := p.place(order, names, widths); cost < least {
			best, least = p.placed, cost
		}
	}
	return best
}

// labelOrders are orders in which labels are placed: who comes first takes the best
// place, which may leave a bad one to another.
func labelOrders(marks []vg.Point) [][]int {
	given := make([]int, len(marks))
	for i := range given {
		given[i] = i
	}
	by := func(key func(vg.Point) vg.Length) []int {
		order := slices.Clone(given)
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(key(marks[a]), key(marks[b])) })
		return order
	}
	orders := [][]int{given}
	for _, key := range []func(vg.Point) vg.Length{
		func(m vg.Point) vg.Length { return m.X }, func(m vg.Point) vg.Length { return m.Y },
		func(m vg.Point) vg.Length { return m.X + m.Y }, func(m vg.Point) vg.Length { return m.X - m.Y },
	} {
		order := by(key)
		back := slices.Clone(order)
		slices.Reverse(back)
		orders = append(orders, order, back)
	}
	return orders
}

// place finds places in an order, and returns what they cost in all.
func (p *placing) place(order []int, names []string, widths []vg.Length) float64 {
	p.placed = make([]label, len(names))
	for round := range 5 { // each again, now that the others are there
		moved, cost := false, 0.0
		for _, i := range order {
			l, c := p.best(i, names[i], widths[i])
			moved = moved || l != p.placed[i]
			p.placed[i] = l
			cost += c
		}
		if !moved || round == 4 {
			return cost
		}
	}
	return 0 // of no names
}

// placing is the state of a search for places.
type placing struct {
	marks         []vg.Point
	around, lines []vg.Rectangle
	inside        vg.Rectangle
	placed        []label
}

// best returns the place of label i with the lowest cost, and that.
func (p *placing) best(i int, name string, width vg.Length) (label, float64) {
	best, least := label{}, math.Inf(1)
	for n, step := range labelSteps {
		for side, at := range corners(p.marks[i], width, step) {
			if side >= above { // as far to the side as the panel takes
				at.X = max(p.inside.Min.X, min(at.X, p.inside.Max.X-width))
			}
			l := label{text: name, mark: p.marks[i], far: n > 0, box: box(at.X, at.Y, width, labelHeight)}
			cost := 0.01*float64(side) + 0.4*float64(step) + p.cost(i, &l)
			if cost < least {
				best, least = l, cost
			}
		}
	}
	return best, least
}

// cost says how much a place of label i covers, and marks it if it must not.
func (p *placing) cost(i int, l *label) float64 {
	cost := 0.0
	for j, m := range p.marks {
		if j == i {
			continue
		}
		if over := overlap(l.box, p.around[j]); over > 0 {
			cost += over
			l.covers = l.covers || overlap(l.box, box(m.X-markRadius, m.Y-markRadius, 2*markRadius, 2*markRadius)) > 0
		}
		under := box(m.X-4, m.Y-4, 8, 8)
		if l.far && !holds(under, p.marks[i]) && l.crosses(under) { // no line could leave a mark that lies on another
			cost += 150
			l.covers = true
		}
	}
	for _, r := range p.lines {
		cost += 6 * overlap(l.box, r)
	}
	for j, other := range p.placed {
		if j == i || other.text == "" {
			continue
		}
		const gap = 4 // between names in a line
		cost += 2 * overlap(box(l.box.Min.X-gap, l.box.Min.Y, l.box.Size().X+2*gap, labelHeight), other.box)
		if over := overlap(l.box, other.box); over > 0 {
			cost += 50 * over
			l.covers = true
		}
		if l.far && l.crosses(other.box) || other.far && other.crosses(l.box) {
			cost += 300
			l.covers = true
		}
	}
	out := float64(l.box.Size().X*l.box.Size().Y) - overlap(l.box, p.inside)
	cost += 100 * out
	if l.covers = l.covers || out > 1; l.covers {
		cost += 1000
	}
	return cost
}

// above is the first of the corners that are above or below a mark.
const above = 6

// corners returns the places of a label around a mark, the best first: its lower
// left corners, so much further off.
func corners(at vg.Point, width, off vg.Length) []vg.Point {
	d := off * 0.7
	return []vg.Point{
		{X: at.X + 7 + off, Y: at.Y - labelHeight/2 + 1},         // right
		{X: at.X + 5 + d, Y: at.Y + 5 + d},                       // above right
		{X: at.X + 5 + d, Y: at.Y - 5 - labelHeight - d},         // below right
		{X: at.X - 7 - width - off, Y: at.Y - labelHeight/2 + 1}, // left
		{X: at.X - 5 - width - d, Y: at.Y + 5 + d},               // above left
		{X: at.X - 5 - width - d, Y: at.Y - 5 - labelHeight - d}, // below left
		{X: at.X - width/2, Y: at.Y + 7 + off},                   // above
		{X: at.X - width/2, Y: at.Y - 7 - labelHeight - off},     // below
	}
}

// end is where the line of a far label meets it: the nearest place of its box.
func (l label) end() vg.Point {
	const gap = 2
	return vg.Point{X: min(max(l.mark.X, l.box.Min.X-gap), l.box.Max.X+gap), Y: min(max(l.mark.Y, l.box.Min.Y-gap), l.box.Max.Y+gap)}
}

// crosses says whether the line of a label goes through a box.
func (l label) crosses(b vg.Rectangle) bool {
	const steps = 24
	end := l.end()
	for i := 1; i < steps; i++ {
		share := vg.Length(i) / steps
		x, y := l.mark.X+(end.X-l.mark.X)*share, l.mark.Y+(end.Y-l.mark.Y)*share
		if holds(b, vg.Point{X: x, Y: y}) {
			return true
		}
	}
	return false
}

func (l label) draw(c *draw.Canvas) {
	if l.text == "" {
		return
	}
	if l.far {
		end := l.end()
		c.StrokeLine2(stroke(muted, 0.5), l.mark.X, l.mark.Y, end.X, end.Y)
	}
	s := style(smallSize, body)
	s.YAlign = text.YBottom
	c.FillText(s, vg.Point{X: l.box.Min.X, Y: l.box.Min.Y + 1}, l.text)
}

func box(x, y, width, height vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: x, Y: y}, Max: vg.Point{X: x + width, Y: y + height}}
}

// holds says whether a point is in a box.
func holds(b vg.Rectangle, at vg.Point) bool {
	return at.X > b.Min.X && at.X < b.Max.X && at.Y > b.Min.Y && at.Y < b.Max.Y
}

// overlap is the area that two boxes share.
func overlap(a, b vg.Rectangle) float64 {
	w := min(a.Max.X, b.Max.X) - max(a.Min.X, b.Min.X)
	h := min(a.Max.Y, b.Max.Y) - max(a.Min.Y, b.Min.Y)
	if w <= 0 || h <= 0 {
		return 0
	}
	return float64(w * h)
}
