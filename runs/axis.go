package runs

import (
	"fmt"
	"slices"
	"strings"
)

// Role is the part that an axis plays when results are compared.
type Role string

// The roles of axes.
const (
	Subject   Role = "subject"   // what is compared: a strategy
	Platform  Role = "platform"  // where it runs: a backend
	Problem   Role = "problem"   // what it is given: a workload, a number of packs
	Setting   Role = "setting"   // how it is run: the random stream
	Replicate Role = "replicate" // another sample of the same: a seed
)

// Axis declares a coordinate of cells.
type Axis struct {
	Name   string `json:"name"` // as in records and columns
	Role   Role   `json:"role"`
	Number bool   `json:"number,omitempty"` // values are whole numbers ≥ 0
	// Phrase is how a value reads among others, with %s for it: "%s packs". ""
	// is the value alone.
	Phrase string `json:"phrase,omitempty"`
}

// The names of the axes.
const (
	StrategyAxis = "strategy"
	WorkloadAxis = "workload"
	PacksAxis    = "packs"
	BackendAxis  = "backend"
	RNGAxis      = "rng"
	SeedAxis     = "seed"

	// Of placements, in place of strategy, packs and rng.
	PlannerAxis  = "planner"
	SlotsAxis    = "slots"
	GPUsAxis     = "gpus"
	NodesAxis    = "nodes"
	GroupsAxis   = "groups"
	PreviousAxis = "previous"
)

// Axes returns the declared axes, in the order in which tables show them. To
// add one, declare it here and give cells its coordinate where the plan makes
// them.
func Axes() []Axis {
	return []Axis{
		{Name: WorkloadAxis, Role: Problem},
		{Name: PacksAxis, Role: Problem, Number: true, Phrase: "%s packs"},
		{Name: SlotsAxis, Role: Problem, Number: true, Phrase: "%s slots"},
		{Name: GPUsAxis, Role: Problem, Number: true, Phrase: "%s GPUs"},
		{Name: NodesAxis, Role: Problem, Number: true, Phrase: "%s nodes"},
		{Name: GroupsAxis, Role: Problem, Number: true, Phrase: "%s groups"},
		{Name: PreviousAxis, Role: Problem, Phrase: "after %s"},
		{Name: SeedAxis, Role: Replicate, Number: true, Phrase: "seed %s"},
		{Name: RNGAxis, Role: Setting},
		{Name: BackendAxis, Role: Platform},
		{Name: StrategyAxis, Role: Subject},
		{Name: PlannerAxis, Role: Subject},
	}
}

// AxesOf returns those of [Axes] that a manifest of the cells declares: where a
// planner made any, those that the cells have; otherwise those of packings and
// any others that the cells have.
func AxesOf(cells []PlannedCell) []Axis {
	placements := havePlanner(cells)
	return slices.DeleteFunc(Axes(), func(a Axis) bool {
		has := slices.ContainsFunc(cells, func(c PlannedCell) bool { return c.Has(a.Name) })
		return !has && (placements || !slices.Contains(keyed, a.Name))
	})
}

// knownAxes are those of packings and of replays.
func knownAxes() []Axis { return append(Axes(), ReplayAxes()...) }

// Say returns how a value of the axis reads beside values of other axes. One of what
// the axis counts ("%s packs") is written as one.
func (a Axis) Say(value string) string {
	if a.Phrase == "" {
		return value
	}
	text := fmt.Sprintf(a.Phrase, value)
	if a.Number && value == "1" && strings.HasPrefix(a.Phrase, "%s ") {
		text = strings.TrimSuffix(text, "s")
	}
	return text
}

// findAxis returns the axis of that name among axes.
func findAxis(axes []Axis, name string) (Axis, bool) {
	for _, a := range axes {
		if a.Name == name {
			return a, true
		}
	}
	return Axis{}, false
}

// check returns an error where the declaration, read from a file, cannot be
// used.
func (a Axis) check() error {
	if a.Name == "" {
		return fmt.Errorf("an axis without a name")
	}
	if a.Phrase != "" && (strings.Count(a.Phrase, "%") != 1 || !strings.Contains(a.Phrase, "%s")) {
		return fmt.Errorf("axis %s: phrase %q: use text with one %%s", a.Name, a.Phrase)
	}
	return nil
}
