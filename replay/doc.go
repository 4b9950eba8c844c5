// Package replay measures how placements perform on the loads that come after
// they were planned.
//
// A trace is cut into windows of some steps each. At the end of a window a plan
// is made of what was seen so far; from delay windows later on it is in force,
// until the next one is, and is scored on the loads of these windows. [Run]
// does this for one subject: a planner with an estimator, or a rail to compare
// with. [Prices] turn the scores into time, and [Published] are the formulas
// with which others rate planners.
package replay
