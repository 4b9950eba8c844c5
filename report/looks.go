package report

import (
	"hash/fnv"
	"slices"
	"strings"

	"packbench/report/figure"
)

// house gives the strategies that this program brings their colours and
// shapes; see [figure.NewLook].
var house = map[string][2]int{
	"lpt":          {0, 0},
	"two-opt":      {1, 1},
	"topk-max-any": {2, 2},
	"descent":      {3, 3},
	"descent:fast": {3, 7},
	"descent:best": {3, 5},
	"fill":         {0, 6},
	"fill:best":    {0, 5},
	"exact":        {4, 6},
	"snake":        {5, 4},
	"bldm":         {6, 2},
	"layered-lpt":  {6, 1},
	"multifit":     {7, 3},
	"round-robin":  {7, 0},
	"random":       {4, 4},
	"identity":     {4, 0},
	"vllm":         {5, 2},
	"deepseek":     {5, 3},
}

// looks returns the look of every strategy of the view. A preset of the house
// goes by its short name.
func (v *view) looks() map[string]figure.Look {
	keys := make([]string, len(v.Strategies))
	for i, s := range v.Strategies {
		keys[i] = s
		if label := v.names.Strategies[s]; house[label] != [2]int{} {
			keys[i] = label
		}
	}
	byKey := looks(keys)
	assigned := map[string]figure.Look{}
	for i, s := range v.Strategies {
		assigned[s] = byKey[keys[i]]
	}
	return assigned
}

// looks assigns a look to every strategy spec. A strategy of the house has its
// own wherever it appears; another gets one by a hash of its name, so that it
// keeps it from figure to figure and from run to run unless two collide.
// Variants of a strategy share its colour and differ in shape.
func looks(specs []string) map[string]figure.Look {
	assigned := make(map[string]figure.Look, len(specs))
	taken := map[[2]int]bool{}
	for _, at := range house {
		taken[at] = true
	}
	claim := func(spec string, at [2]int) {
		taken[at] = true
		assigned[spec] = figure.NewLook(at[0], at[1])
	}
	var rest []string
	for _, spec := range specs {
		if at, ok := house[spec]; ok {
			claim(spec, at)
		} else if !slices.Contains(rest, spec) {
			rest = append(rest, spec)
		}
	}
	slices.Sort(rest)
	for _, spec := range rest {
		name, _, _ := strings.Cut(spec, ":")
		at, ok := house[name]
		if !ok {
			h := hash(name)
			at = [2]int{int(h) % figure.Colors, int(h>>8) % figure.Shapes}
		}
		// Keep the colour while a shape is free.
		for try := 0; taken[at] && try < figure.Colors*figure.Shapes; try++ {
			at[1] = (at[1] + 1) % figure.Shapes
			if try%figure.Shapes == figure.Shapes-1 {
				at[0] = (at[0] + 1) % figure.Colors
			}
		}
		claim(spec, at)
	}
	return assigned
}

func hash(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32() >> 1
}
