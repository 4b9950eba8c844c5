package runs

import (
	"fmt"
	"maps"
	"slices"
)

// Topology is what the experts of a workload are placed on; 0 is not given.
type Topology struct {
	Slots  int `json:"slots,omitempty" yaml:"slots"`
	GPUs   int `json:"gpus,omitempty" yaml:"gpus"`
	Nodes  int `json:"nodes,omitempty" yaml:"nodes"`
	Groups int `json:"groups,omitempty" yaml:"groups"`
}

// The names of the measures of placements.
const (
	GPUBalanceLayerMeasure   = "gpu_balance"
	NodeBalanceLayerMeasure  = "node_balance"
	SlotBalanceLayerMeasure  = "slot_balance"
	SplitBalanceLayerMeasure = "split_balance"
	CopiesMaxMeasure         = "copies_max"
	DuplicateCopiesMeasure   = "duplicate_copies"
	GPUMaxMeasure            = "gpu_max"
	LayerMovesMeasure        = "layer_moves"
)

// placementMeasures are recorded of the plans of planners. The first is what
// planners are ranked by.
func placementMeasures() []Measure {
	return []Measure{
		{GPUBalanceLayerMeasure, Ratio, Higher, PerLayer, "mean/max load of the GPUs, an expert's load in equal shares on its copies; 1 is perfect"},
		{NodeBalanceLayerMeasure, Ratio, Higher, PerLayer, "mean/max load of the nodes, per GPU"},
		{SlotBalanceLayerMeasure, Ratio, Higher, PerLayer, "mean/max load of the slots"},
		{SplitBalanceLayerMeasure, Ratio, Higher, PerLayer, "mean/max load of the GPUs with the best split of each expert's load over its copies"},
		{CopiesMaxMeasure, Count, Lower, PerLayer, "max copies of an expert"},
		{DuplicateCopiesMeasure, Count, Lower, PerLayer, "copies that share a GPU with another copy of their expert"},
		{LayerMovesMeasure, Count, Lower, PerLayer, "experts that GPUs receive, of plans that follow a placement"},
		{GPUMaxMeasure, LoadUnits, Lower, PerLayer, "load of the heaviest GPU, in equal shares"},
	}
}

// havePlanner reports whether a planner made any of the cells.
func havePlanner(cells []PlannedCell) bool {
	return slices.ContainsFunc(cells, func(c PlannedCell) bool { return c.Has(PlannerAxis) })
}

// checkPlacement checks the measures of layers of placements against each
// other, where they are there: balances are from 0 to 1, and neither nodes nor a
// better split are less even than the GPUs.
func checkPlacement(r *Record) error {
	balances := []string{GPUBalanceLayerMeasure, NodeBalanceLayerMeasure, SlotBalanceLayerMeasure, SplitBalanceLayerMeasure}
	gpus := r.Layer[GPUBalanceLayerMeasure]
	const slack = 1e-9 // for sums in another order
	for _, name := range slices.Sorted(maps.Keys(r.Layer)) {
		for l, v := range r.Layer[name] {
			switch balance := slices.Contains(balances, name); {
			case !isFinite(v):
				return fmt.Errorf("layer %d: %s %v: not a finite number", l, name, v)
			case balance && !(v >= 0 && v <= 1):
				return fmt.Errorf("layer %d: %s %v: a balance is from 0 to 1", l, name, v)
			case balance && name != SlotBalanceLayerMeasure && gpus != nil && v < gpus[l]-slack:
				return fmt.Errorf("layer %d: %s %v is below the %v of the GPUs", l, name, v, gpus[l])
			}
		}
	}
	return nil
}
