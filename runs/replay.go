package runs

// Replay is what to replay: every planner on every trace, with every estimator,
// window, delay and pace.
type Replay struct {
	Planners   []Named  `json:"planners" yaml:"planners"`
	Estimators []string `json:"estimators,omitempty" yaml:"estimators"` // of planners that have none of their own; none is last
	Traces     []Trace  `json:"traces" yaml:"traces"`
	Topology   `yaml:",inline"`
	Windows    []int    `json:"windows,omitempty" yaml:"windows"` // steps per window; none is 1
	Delays     []int    `json:"delays,omitempty" yaml:"delays"`   // windows from the last one seen to the first one served; none is 1
	Every      []int    `json:"every,omitempty" yaml:"every"`     // windows from plan to plan; none is 1
	Rails      []string `json:"rails,omitempty" yaml:"rails"`     // static, oracle, truth
	Prices     Prices   `json:"prices" yaml:"prices"`
}

// Trace is one entry of the traces of a replay: a generated one by its spec or a
// file of loads. In YAML it may be the bare spec.
type Trace struct {
	Spec     string           `json:"spec,omitempty" yaml:"spec"`
	File     string           `json:"file,omitempty" yaml:"file"`
	Key      string           `json:"key,omitempty" yaml:"key"`
	Name     string           `json:"name,omitempty" yaml:"name"` // shown in figures and tables; "" is the spec or file
	Topology `yaml:",inline"` // instead of the replay's, value by value
}

// Prices are those of the time model in whole numbers; 0 is the default of
// package replay.
type Prices struct {
	StepMicroseconds int  `json:"step_us,omitempty" yaml:"step_us"`
	Iterations       int  `json:"iterations,omitempty" yaml:"iterations"`
	ExpertBytes      int  `json:"expert_bytes,omitempty" yaml:"expert_bytes"`
	InsideGB         int  `json:"inside_gb,omitempty" yaml:"inside_gb"`   // GB/s
	BetweenGB        int  `json:"between_gb,omitempty" yaml:"between_gb"` // GB/s
	Parallel         bool `json:"parallel,omitempty" yaml:"parallel"`
	OnPath           bool `json:"on_path,omitempty" yaml:"on_path"`
}

// UnmarshalYAML reads a trace that is the bare spec or a mapping.
func (t *Trace) UnmarshalYAML(decode func(any) error) error {
	type plain Trace
	if decode(&t.Spec) == nil {
		return nil
	}
	return decode((*plain)(t))
}

// The names of the measures of replays, beside those of packings: the packs are
// the GPUs, and the loads of layers are means over the windows.
const (
	BalanceMeasure      = "balance"
	BestSplitMeasure    = "balance_best_split"
	NodeBalanceMeasure  = "balance_nodes"
	SlotBalanceMeasure  = "balance_slots"
	MeanBalanceMeasure  = "balance_layers"
	WorstBalanceMeasure = "balance_worst"
	MovesMeasure        = "moves"
	AcrossMeasure       = "moves_across"
	ReceivedMeasure     = "moves_gpu"
	BytesMeasure        = "moves_bytes"
	TouchedMeasure      = "layers_touched"
	DuplicatesMeasure   = "duplicates"
	LostMeasure         = "lost"
	LostMovesMeasure    = "lost_moves"
	LostPlanningMeasure = "lost_planning"
	IdleMeasure         = "idle_layers" // of windows
	ScorePrefix         = "score_"      // and the name of a published evaluator

	BestMaxMeasure          = "max_best_split"
	ReplayLayerMovesMeasure = "moves_layer"

	WindowPrefix = "window_" // before the names of the measures of windows
)

// The names of the axes of replays, beside those of packings and placements.
const (
	WindowAxis    = "window_steps"
	DelayAxis     = "delay"
	EveryAxis     = "every"
	EstimatorAxis = "estimator"
)

// ReplayAxes returns the axes of replays, in the order in which tables show them.
func ReplayAxes() []Axis {
	return []Axis{
		{Name: WorkloadAxis, Role: Problem},
		{Name: PacksAxis, Role: Problem, Number: true, Phrase: "%s GPUs"},
		{Name: SlotsAxis, Role: Problem, Number: true, Phrase: "%s slots"},
		{Name: NodesAxis, Role: Problem, Number: true, Phrase: "%s nodes"},
		{Name: GroupsAxis, Role: Problem, Number: true, Phrase: "%s groups"},
		{Name: WindowAxis, Role: Problem, Number: true, Phrase: "window %s"},
		{Name: DelayAxis, Role: Problem, Number: true, Phrase: "delay %s"},
		{Name: EveryAxis, Role: Problem, Number: true, Phrase: "a plan every %s"},
		{Name: SeedAxis, Role: Replicate, Number: true, Phrase: "seed %s"},
		{Name: BackendAxis, Role: Platform},
		{Name: PlannerAxis, Role: Subject},
		{Name: EstimatorAxis, Role: Subject},
	}
}

// secondsPerHour is the unit of time lost by the time model.
const secondsPerHour = "s/h"

// ReplayMeasures returns the measures of replays, in the order in which tables
// show them.
func ReplayMeasures() []Measure {
	return []Measure{
		{TimeMeasure, Nanoseconds, Lower, PerRun, "wall time of planning, the forecast among it, median per plan"},
		{BalanceMeasure, Ratio, Higher, PerRun, "Σ mean/Σ max load of the GPUs, all layers and windows scored, even shares"},
		{BestSplitMeasure, Ratio, Higher, PerRun, "the same with the best split of each expert's load over its copies"},
		{NodeBalanceMeasure, Ratio, Higher, PerRun, "Σ mean/Σ max load of the nodes over the layers, mean over the windows"},
		{SlotBalanceMeasure, Ratio, Higher, PerRun, "the same of the slots"},
		{MeanBalanceMeasure, Ratio, Higher, PerRun, "mean/max load of the GPUs, mean over layers and windows"},
		{WorstBalanceMeasure, Ratio, Higher, PerRun, "min mean/max load of the GPUs over all layers and windows"},
		{MovesMeasure, Count, Lower, PerRun, "experts that GPUs receive per plan and layer, after the first plan"},
		{AcrossMeasure, Count, Lower, PerRun, "of these, from another node"},
		{ReceivedMeasure, Count, Lower, PerRun, "max experts that a GPU receives per plan, all layers"},
		{BytesMeasure, "B", Lower, PerRun, "weights that GPUs receive per plan, all layers"},
		{TouchedMeasure, Count, Lower, PerRun, "layers per plan in which something moves"},
		{DuplicatesMeasure, Count, Lower, PerRun, "copies per plan and layer that share a GPU with another of their expert"},
		{LostMeasure, secondsPerHour, Lower, PerRun, "time lost to imbalance, moves and planning, by the time model, per hour of work at even loads"},
		{LostMovesMeasure, secondsPerHour, Lower, PerRun, "of that, waiting for weights"},
		{LostPlanningMeasure, secondsPerHour, Lower, PerRun, "of that, waiting for the planner"},
		{ScorePrefix + "adrs", "", Higher, PerRun, "the formula of the ADRS leaderboard"},
		{ScorePrefix + "skydiscover", "", Higher, PerRun, "the formula of SkyDiscover, planner's time alone"},
		{ScorePrefix + "huawei", Nanoseconds, Lower, PerRun, "time of an iteration by the published simulator"},
		{ImbalanceMeasure, LoadUnits, Lower, PerLayer, "max − min load of the GPUs"},
		{MaxMeasure, LoadUnits, Lower, PerLayer, "load of the heaviest GPU, mean over the windows"},
		{MinMeasure, LoadUnits, Higher, PerLayer, "load of the lightest GPU, mean over the windows"},
		{MeanMeasure, LoadUnits, Neither, PerLayer, "mean load of a GPU"},
		{LowerBoundMeasure, LoadUnits, Neither, PerLayer, "no placement has a lower max load: the mean"},
		{BestMaxMeasure, LoadUnits, Lower, PerLayer, "load of the heaviest GPU with the best split"},
		{ReplayLayerMovesMeasure, Count, Lower, PerLayer, "experts that GPUs receive per plan, after the first plan"},
		{WindowPrefix + "index", Count, Neither, PerWindow, "number of the window in the trace"},
		{WindowPrefix + "planned", Truth, Neither, PerWindow, "1 where a new plan comes into force"},
		{WindowPrefix + BalanceMeasure, Ratio, Higher, PerWindow, "Σ mean/Σ max load of the GPUs, even shares"},
		{WindowPrefix + BestSplitMeasure, Ratio, Higher, PerWindow, "the same with the best split"},
		{WindowPrefix + NodeBalanceMeasure, Ratio, Higher, PerWindow, "the same of the nodes, even shares"},
		{WindowPrefix + SlotBalanceMeasure, Ratio, Higher, PerWindow, "the same of the slots"},
		{WindowPrefix + WorstBalanceMeasure, Ratio, Higher, PerWindow, "min mean/max load of the GPUs over the layers"},
		{WindowPrefix + MovesMeasure, Count, Lower, PerWindow, "experts that GPUs receive, all layers"},
		{WindowPrefix + AcrossMeasure, Count, Lower, PerWindow, "of these, from another node"},
		{WindowPrefix + ReceivedMeasure, Count, Lower, PerWindow, "max experts that a GPU receives"},
		{WindowPrefix + TouchedMeasure, Count, Lower, PerWindow, "layers in which something moves"},
		{WindowPrefix + "time", Nanoseconds, Lower, PerWindow, "planning, the forecast among it"},
		{WindowPrefix + IdleMeasure, Count, Neither, PerWindow, "layers without load, which do not count; where all are, the window does not"},
		{WindowPrefix + LostMeasure, secondsPerHour, Lower, PerWindow, "time lost by the time model"},
	}
}

// Window returns a measure of the windows of a replay, [windows]; nil if no run
// is done or none has it.
func (c *CellRuns) Window(measure string) []float64 {
	for _, r := range c.Records {
		if v, ok := r.Window[measure]; ok && r.Status == Done {
			return v
		}
	}
	return nil
}
