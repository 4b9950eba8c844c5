package fill

// pairs adds the last two items to a pack that weighs load, and then fills the
// others.
func (f *Filler) pairs(left int, load int64) bool {
	l := &f.levels[left]
	least, most := l.least-load, l.most-load
	held := f.capacity - 2
	if f.try.Scatter {
		i, j := f.scatter(l.weight, most)
		if ok, over := f.meet(left, held, i, j, least, most); ok || over {
			return ok
		}
	}
	ok, _ := f.meet(left, held, 0, len(l.weight)-1, least, most)
	return ok
}

// meet moves two pointers, to items i and j, towards each other, and for each pair
// that weighs least to most tries to fill the others. It reports whether that
// succeeded, or the level has had its share of the search.
func (f *Filler) meet(left, held, i, j int, least, most int64) (ok, over bool) {
	l := &f.levels[left]
	weight, width := l.weight, uint64(most-least)
	for {
		from := i - j
		for i < j && uint(j) < uint(len(weight)) {
			sum := weight[i] + weight[j]
			if uint64(sum-least) <= width {
				break
			}
			// A step of i where the sum is too large, else of j, without a branch.
			above := int((most - sum) >> 63)
			i -= above
			j -= 1 + above
		}
		f.steps += i - j - from + 1
		if i >= j {
			return false, f.over(l, left)
		}
		switch {
		case l.holds(i, held):
			i++
			continue
		case l.holds(j, held):
			j--
			continue
		}
		l.chosen[held], l.chosen[held+1] = int32(i), int32(j)
		sum := weight[i] + weight[j]
		f.pass(left, f.try.Limit-most+sum)
		if f.fill(left - 1) {
			return true, false
		}
		l.failed++
		if f.over(l, left) {
			return false, true
		}
		i++
	}
}

// scatter returns a random pair of positions that weighs about most.
func (f *Filler) scatter(weight []int64, most int64) (i, j int) {
	last := len(weight) - 1
	first, middle := place(weight, most-weight[last]), place(weight, most/2)
	if middle <= first {
		return 0, last
	}
	i = first + int(uint64(f.draw())*uint64(middle-first)>>32)
	f.steps += 8
	// One beyond the heaviest that fits, for the step down to be a choice.
	return i, min(last, place(weight, most-weight[i])+1)
}

// draw returns a random number: a counter, hashed. Successive draws of a simpler
// generator are alike enough to show in how many packings are found.
func (f *Filler) draw() uint32 {
	f.random += 0x9e3779b9
	z := f.random
	z = (z ^ z>>16) * 0x21f0aaad // constants of Wellons, hash prospector
	z = (z ^ z>>15) * 0x735a2d97
	return z ^ z>>15
}

// place returns the first position of a weight ≤ goal, or the number of weights.
func place(weight []int64, goal int64) int {
	at, n := 0, len(weight)
	for n > 0 {
		half := (n + 1) >> 1
		at += half & int((goal-weight[at+half-1])>>63)
		n -= half
	}
	return at
}

// pass hands the items that the pack of a level leaves to the next level.
func (f *Filler) pass(left int, load int64) {
	l, next := &f.levels[left], &f.levels[left-1]
	next.total = l.total - load
	f.steps += len(next.weight) / 8
	from, to := 0, 0
	for range l.chosen {
		skip := len(l.weight)
		for _, c := range l.chosen {
			if at := int(c); at >= from && at < skip {
				skip = at
			}
		}
		copy(next.weight[to:], l.weight[from:skip])
		copy(next.item[to:], l.item[from:skip])
		to += skip - from
		from = skip + 1
	}
	copy(next.weight[to:], l.weight[from:])
	copy(next.item[to:], l.item[from:])
}
