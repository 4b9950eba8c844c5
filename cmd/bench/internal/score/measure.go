package score

import (
	"context"
	"fmt"
	"slices"
	"time"

	"packbench/packing"
	"packbench/strategies"
)

// Each case is packed at least twice, the first time to warm up, and more often while
// that takes no time worth mentioning. A call that takes long needs no warm-up and is
// not repeated.
const (
	minCalls = 2
	maxCalls = 7
	patience = 300 * time.Millisecond
	long     = time.Second
)

// Measure packs every case with s on b. Remarks are what the strategy had to say. An
// error is that of the first case that fails, or of an answer that breaks the rules.
func Measure(ctx context.Context, b strategies.Backend, s strategies.Strategy, cases []Case, f Formula) (r Result, remarks []string, err error) {
	gap, layers := 0.0, 0
	for _, c := range cases {
		quality, taken, said, err := measureCase(ctx, b, s, c.Problem)
		if err != nil {
			return Result{}, nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		mean, heaviest := 0.0, 0.0
		for _, q := range quality {
			mean += q.Mean
			heaviest += q.Max
			gap += q.Gap()
		}
		layers += len(quality)
		r.Balancedness += mean / heaviest / float64(len(cases))
		r.TimeMS += float64(taken) / float64(time.Millisecond) / float64(len(cases))
		if said != "" {
			remarks = append(remarks, c.Name+": "+said)
		}
	}
	r.Gap = gap / float64(layers)
	r.finish(f)
	return r, remarks, nil
}

// measureCase packs one problem several times and returns the quality of its first
// answer, the median time, and the strategy's last remark.
func measureCase(ctx context.Context, b strategies.Backend, s strategies.Strategy, p *packing.Problem) (quality []packing.Quality, median time.Duration, remark string, err error) {
	runner, err := b.Prepare(s, p.Shape)
	if err != nil {
		return nil, 0, "", err
	}
	defer runner.Close()
	var times []time.Duration
	begin := time.Now()
	for call := 0; call < minCalls || call < maxCalls && time.Since(begin) < patience; call++ {
		out := packing.NewPacking(p.Shape)
		start := time.Now()
		report, err := runner.Pack(ctx, p, strategies.Random{}, out)
		taken := max(time.Since(start), 1)
		if report.Time > 0 {
			taken = report.Time
		}
		if err != nil {
			return nil, 0, "", err
		}
		if err := out.Validate(p); err != nil {
			return nil, 0, "", fmt.Errorf("not a valid packing: %w", err)
		}
		if call == 0 {
			quality = packing.Evaluate(p, out)
			begin = time.Now() // the worker of a program may have been started
			if taken >= long {
				return quality, taken, remark, nil
			}
		} else {
			times = append(times, taken) // the first call warms up
		}
		for _, w := range report.Warnings {
			remark = w
		}
	}
	slices.Sort(times)
	return quality, times[len(times)/2], remark, nil
}
