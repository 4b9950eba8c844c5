// Package score measures a strategy on a fixed set of loads and sums the result up
// in a number, for programs that search for better strategies.
package score

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"packbench/datasets"
	"packbench/packing"
)

// Case is a problem of the set.
type Case struct {
	Name    string
	Problem *packing.Problem
}

// quick and full are the sets: what loads, into how many packs. Changing one changes
// its hash and ends the comparability of its scores.
var (
	quick = []source{
		{"lognormal:sigma=0.5", 32},
		{"tokens", 32},
		{"deepseek-v3", 32},
		{"lognormal:sigma=1,layers=16,items=72", 8},
	}
	full = append(quick[:len(quick):len(quick)],
		source{"uniform", 32},
		source{"lognormal:sigma=1", 32},
		source{"bimodal", 32},
		source{"deepseek-v3", 64},
		source{"uniform:items=72,layers=16", 8},
		source{"uniform:items=32,layers=16", 8},
		source{"lognormal:sigma=0.5,layers=16,items=256", 64},
		source{"lognormal:sigma=0.5,layers=4,items=1024", 128},
	)
)

type source struct {
	workload string
	packs    int
}

// seed is the seed of all loads of the sets.
const seed = 20260101

// Cases generates a set and returns it with its name and its hash, which is the same
// where the loads and the numbers of packs are.
func Cases(isQuick bool) (cases []Case, name, hash string, err error) {
	sources, name := full, "full"
	if isQuick {
		sources, name = quick, "quick"
	}
	h := sha256.New()
	for _, s := range sources {
		w, err := datasets.Parse(s.workload)
		if err != nil {
			return nil, "", "", err
		}
		loads, err := w.Generate(seed)
		if err != nil {
			return nil, "", "", err
		}
		p, err := packing.New(loads.Weights, loads.Layers, loads.Items, s.packs)
		if err != nil {
			return nil, "", "", err
		}
		fmt.Fprintf(h, "%s %d\n", loads.Hash(), s.packs)
		cases = append(cases, Case{fmt.Sprintf("%s into %d packs", s.workload, s.packs), p})
	}
	return cases, name, hex.EncodeToString(h.Sum(nil)), nil
}
