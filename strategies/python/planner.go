package python

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"packbench/internal/spec"
	"packbench/strategies"
)

// defaultPlanner is what programs that plan placements call their function.
const defaultPlanner = "rebalance_experts"

// Planner is a program that plans expert placements: a function
// rebalance_experts(weight, num_replicas, num_groups, num_nodes, num_gpus). Any number
// of goroutines may share one.
type Planner struct {
	host    *Host
	program *program
	spec    spec.Spec
}

// PlannerParameters are the parameters of a planner's spec.
func PlannerParameters() []spec.Param { return parameters(defaultPlanner) }

// NewPlanner makes the planner of checked values and loads its program, with the errors
// of [Definition].
func NewPlanner(h *Host, v strategies.Values) (*Planner, error) {
	p, err := newProgram(v, kindPlan)
	if err != nil {
		return nil, err
	}
	if err := h.check(p); err != nil {
		return nil, err
	}
	return &Planner{host: h, program: p, spec: v.Canonical()}, nil
}

// Spec is the canonical short form.
func (p *Planner) Spec() spec.Spec { return p.spec }

// Label is a short name for tables and figures.
func (p *Planner) Label() string {
	if p.program.function != defaultPlanner {
		return p.program.name() + " " + p.program.function
	}
	return p.program.name()
}

// Content identifies the program: the SHA-256 of its file.
func (p *Planner) Content() string { return p.program.hash }

// Sizes are the sizes of a placement.
type Sizes struct{ Layers, Experts, Slots, Groups, Nodes, GPUs int }

// Maps are the answer of a planner, of the shapes that it promises and not checked
// further.
type Maps struct {
	PhysicalToLogical []int32 // [layers, slots]
	// The other maps are nil where the program returns but the first.
	Counts            []int32 // [layers, experts]
	LogicalToPhysical []int32 // [layers, experts, width]
	Width             int

	Time   time.Duration // of the call alone
	Beside time.Duration // of conversions and transport
	Remark string        // on an answer that has changed, "" without
}

// Plan plans for loads, [layers, experts], on the CPU.
func (p *Planner) Plan(ctx context.Context, s Sizes, loads []float32, seed uint64) (*Maps, error) {
	var head []byte
	for _, n := range [...]int{s.Layers, s.Experts, s.Slots, s.Groups, s.Nodes, s.GPUs} {
		head = binary.LittleEndian.AppendUint32(head, uint32(n))
	}
	head = binary.LittleEndian.AppendUint64(head, seed)
	m := &Maps{PhysicalToLogical: make([]int32, s.Layers*s.Slots)}
	read := func(a answerReader) error {
		width, err := a.long()
		if err != nil {
			return err
		}
		size := int64(s.Layers * s.Experts)
		if width < 0 || width > int64(len(a.data))/(int64(a.size)*size) {
			return fmt.Errorf("%w: %d copies of each of %d experts in %d bytes", errProtocol, width, size, len(a.data))
		}
		if m.Width = int(width); m.Width > 0 {
			m.Counts, m.LogicalToPhysical = make([]int32, size), make([]int32, size*width)
		}
		for _, part := range [][]int32{m.PhysicalToLogical, m.Counts, m.LogicalToPhysical} {
			if err := a.numbers(part); err != nil {
				return err
			}
		}
		return nil
	}
	start := time.Now()
	taken, remark, err := p.host.slot(p.program, "cpu").do(ctx, task{kindPlan, kindPlanned, head, loads, read})
	if err != nil {
		return nil, err
	}
	m.Time, m.Remark = max(taken.call, 1), remark
	m.Beside = max(0, time.Since(start)-taken.call)
	return m, nil
}
