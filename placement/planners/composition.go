package planners

import (
	"context"
	"fmt"
	"sync"

	"packbench/internal/spec"
	"packbench/placement"
)

// Composition is a planner made of parts.
type Composition struct {
	Name      string
	Estimator Estimator  // which loads to plan for
	Replicate Replicator // how many copies an expert gets
	Groups    Packer     // groups of experts → nodes
	Copies    Packer     // copies → GPUs
	Policy    Policy     // whether groups stay on nodes
	Align     Alignment  // how near to keep to the previous plan
	Gate      float64    // a layer is planned anew only if its balancedness gains more than this
	Spill     *Spill     // lets spare copies leave the node of their group; nil does not
	Keep      *Keep      // start from the previous plan and move little; nil plans from scratch
	Search    *Search    // search over the numbers of copies where GPUs have few slots; nil does not

	// Engine is true for planners that are to give an engine's own plans: sizes
	// that the engine refuses are errors, and copies are listed as it does.
	Engine bool
	// Listed is true where the copies of an expert are listed by slot, not in
	// the order in which they were made.
	Listed bool
	// CopyLimit is the number of max copies of an expert; 0 for no limit.
	CopyLimit int
	// Distinct is true where no GPU may hold two copies of an expert.
	Distinct bool

	values spec.Spec
	idle   *idleSessions
}

// Policy is whether a planner keeps the groups of experts on nodes.
type Policy int

// The policies.
const (
	Auto         Policy = iota // hierarchical where the sizes allow it
	Hierarchical               // each group on one node, and the copies of its experts too
	Global                     // any copy anywhere
)

var policyNames = []string{"auto", "hierarchical", "global"}

// Spec implements [placement.Planner].
func (c *Composition) Spec() spec.Spec { return c.values }

// Plan implements [placement.Planner].
func (c *Composition) Plan(ctx context.Context, task *placement.Task) (*placement.Plan, *placement.Report, error) {
	if err := task.Validate(); err != nil {
		return nil, nil, err
	}
	s, err := c.session(task.Topology)
	if err != nil {
		return nil, nil, err
	}
	defer c.idle.put(s)
	return s.plan(ctx, task)
}

// idleSessions keeps the memory of planning from one task to the next.
type idleSessions struct {
	mu   sync.Mutex
	list []*session
}

// keptSessions is how many idle sessions a planner keeps.
const keptSessions = 4

func (i *idleSessions) put(s *session) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.list) == keptSessions {
		copy(i.list, i.list[1:])
		i.list = i.list[:keptSessions-1]
	}
	i.list = append(i.list, s)
}

func (i *idleSessions) take(t placement.Topology) *session {
	i.mu.Lock()
	defer i.mu.Unlock()
	for at, s := range i.list {
		if s.topology.Equal(t) {
			i.list = append(i.list[:at], i.list[at+1:]...)
			return s
		}
	}
	return nil
}

// session returns what plans for a topology, or why this planner cannot.
func (c *Composition) session(t placement.Topology) (*session, error) {
	if s := c.idle.take(t); s != nil {
		return s, nil
	}
	hierarchical, err := c.hierarchical(t)
	if err != nil {
		return nil, fmt.Errorf("planner %s: %w", c.Name, err)
	}
	if err := c.checkLimits(t, hierarchical); err != nil {
		return nil, fmt.Errorf("planner %s: %w", c.Name, err)
	}
	s := &session{c: c, topology: t, hierarchical: hierarchical, nodeOfGPU: t.NodeOfGPUs(), offsets: t.Offsets()}
	s.gpuOfSlot = t.GPUOfSlots()
	if _, err := s.newWorker(); err != nil {
		return nil, fmt.Errorf("planner %s: %w", c.Name, err)
	}
	return s, nil
}
