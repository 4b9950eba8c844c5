// Package placement plans which GPU of a Mixture-of-Experts deployment holds
// which experts, and judges such plans.
//
// Each layer has E logical experts and R ≥ E slots (physical experts). A slot
// holds a copy of one expert; R − E copies are spare. D GPUs hold the slots,
// GPU by GPU in the order of the slots, and N nodes hold the GPUs, node by node.
// A [Plan] says which expert each slot holds, a [Planner] makes plans from
// loads, and [Evaluate], [BestSplit] and [CountMoves] measure a plan.
//
// Planners are values made of parts: an estimator of the loads to plan for, a
// replicator that decides how many copies an expert gets, packers for groups →
// nodes and copies → GPUs, and an aligner that keeps close to a previous plan.
// [Builtin] lists those there are; some give the plans of published engines,
// map for map. The README of this package has the words, the formulas and a
// table of the planners.
package placement
