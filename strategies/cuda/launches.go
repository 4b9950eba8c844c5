//go:build cuda

package cuda

import (
	"math"

	"packbench/strategies"
)

// The kernels' launches, with their arguments in the order of kernels/*.cu.

func (r *runner) makeOrders(first, layers int, seed uint64) error {
	e, k := r.ensemble, r.plan.orders
	problems := layers * e.Candidates
	arguments := []uint64{r.weights, r.drawn, seed & math.MaxUint32, seed >> 32, uint64(first), uint64(r.shape.Items),
		uint64(e.Candidates), uint64(e.Random), bits(e.Spread), bits(e.Floor), uint64(problems), r.order}
	if r.sortBlocks > 0 {
		return r.device.launch(k, min(r.sortBlocks, problems), append(arguments, r.sortScratch)...)
	}
	return r.device.launch(k, blocks(problems, k), arguments...)
}

func (r *runner) packGreedily(layers int) error {
	k := r.plan.greedy
	problems := layers * r.ensemble.Candidates
	arguments := []uint64{r.weights, r.order, uint64(r.shape.Items), uint64(r.shape.Packs), uint64(r.ensemble.Candidates)}
	if r.treeWords > 0 {
		return r.device.launch(k, problems, append(arguments, r.place, r.imbalance, r.greedyScratch, uint64(r.treeWords))...)
	}
	return r.device.launch(k, blocks(problems, k), append(arguments, uint64(problems), r.place, r.imbalance)...)
}

func (r *runner) rankCandidates(layers int) error {
	k := r.plan.selection
	arguments := []uint64{r.imbalance, uint64(layers), uint64(r.ensemble.Candidates), r.ranking}
	switch {
	case k.name == "":
		return nil
	case r.selectBlocks > 0:
		return r.device.launch(k, min(r.selectBlocks, layers), append(arguments, r.selectScratch)...)
	}
	return r.device.launch(k, blocks(layers, k), arguments...)
}

func (r *runner) refineAndChoose(layers int) error {
	e, n, m := r.ensemble, uint64(r.shape.Items), uint64(r.shape.Packs)
	candidates, keep := uint64(e.Candidates), uint64(r.keep)
	if k := r.plan.refine; k.name != "" {
		arguments := []uint64{r.weights, r.order, r.ranking, n, m, candidates, keep, uint64(e.Rounds), bits(e.Epsilon),
			r.place, r.score, r.swaps}
		if r.refineScratch != 0 {
			arguments = append(arguments, r.refineScratch)
		}
		if err := r.device.launch(k, layers*r.keep, arguments...); err != nil {
			return err
		}
	}
	byItem := uint64(0)
	if e.Refinement == strategies.TwoOpt {
		byItem = 1
	}
	packs := r.answer
	ranks := packs + uint64(layers)*n*wordBytes
	steps := ranks + uint64(layers)*n*wordBytes
	return r.device.launch(kernel{name: "choose", threads: chooseThreads}, layers,
		r.order, r.place, r.ranking, r.score, r.swaps, n, m, candidates, keep, byItem, packs, ranks, steps)
}

func blocks(problems int, k kernel) int { return (problems + k.perBlock - 1) / k.perBlock }

func bits(x float32) uint64 { return uint64(math.Float32bits(x)) }
