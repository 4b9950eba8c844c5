package planners

import (
	"fmt"
	"math"

	"packbench/internal/spec"
	"packbench/placement"
	"packbench/placement/forecast"
	"packbench/placement/steady"
)

func steadyDefinition() Definition {
	return Definition{
		Name:    "steady",
		Summary: "few moves for the window to come: a forecast with its variance, a soft maximum over the GPUs, one queue of moves over the layers; without a previous plan, as balanced",
		Source:  "this project; kriging after Matheron 1963",
		Params: []spec.Param{
			{Name: "estimate", Kind: spec.Text, Default: "krige", Doc: "estimator of the loads, / for its commas: krige, ewma:half=2, mean:h=4"},
			{Name: "share", Kind: spec.Float, Default: "0.0416667", Min: 0, Max: 2, Doc: "moves per window and slot that the account gets; 0 for no limit, and layers planned again if that is worth the moves"},
			{Name: "saved", Kind: spec.Float, Default: "10", Min: 1, Max: 1e6, Doc: "windows whose moves the account can save up"},
			{Name: "price", Kind: spec.Float, Default: "0.0003", Min: 0, Max: 1, Doc: "min gain of a move, in mean GPU loads; 0 takes it from bench replay's time model"},
			{Name: "hottest", Kind: spec.Int, Default: "2", Min: 1, Max: math.MaxInt32, Doc: "GPUs per layer that moves begin at"},
			{Name: "sharpness", Kind: spec.Float, Default: "0", Min: 0, Max: 400, Doc: "b of the soft maximum; 0 for that of the lowest bound, 100 for about the heaviest GPU alone"},
			{Name: "policy", Kind: spec.Choice, Default: "global", Choices: []string{"global", "hierarchical"}, Doc: "any copy anywhere, or groups of experts on a node each"},
		},
		Presets: []spec.Preset{
			{Name: "auto", Args: []spec.Arg{{Key: "share", Value: "0"}, {Key: "price", Value: "0"}}, Doc: "as many moves as are worth their time by the time model"},
		},
		New: func(v spec.Values) (placement.Planner, error) {
			estimator, err := forecast.Parse(nested(v.Text("estimate")))
			if err != nil {
				return nil, fmt.Errorf("planner steady: estimate=%s: %w", v.Text("estimate"), err)
			}
			base := Registry{balancedDefinition()}
			first, err := base.Parse("balanced:replicate=greedy,policy=" + v.Choice("policy"))
			if err != nil {
				return nil, err
			}
			return steady.New(v.Canonical(), steady.Planner{
				Estimator: estimator, Base: first, Hottest: v.Int("hottest"), Price: v.Float("price"), Sharpness: v.Float("sharpness"),
				InNodes: v.Choice("policy") == "hierarchical", Account: steady.Account{Share: v.Float("share"), Saved: v.Float("saved")},
			}), nil
		},
	}
}
