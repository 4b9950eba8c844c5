package python

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"packbench/packing"
	"packbench/strategies"
)

// runner packs problems of one shape with a program.
type runner struct {
	slot  *slot
	shape packing.Shape
	head  []byte
}

// Pack implements [strategies.Runner]. The time it reports is that of the call; the
// stages are what comes on top: the conversion of the loads to an array, that of the
// answer from arrays, and the transport.
func (r *runner) Pack(ctx context.Context, p *packing.Problem, random strategies.Random, out *packing.Packing) (strategies.Report, error) {
	if p.Shape != r.shape || out.Shape != r.shape {
		return strategies.Report{}, fmt.Errorf("problem %v and packing %v given to a runner for %v", p.Shape, out.Shape, r.shape)
	}
	r.head = r.head[:0]
	for _, n := range [...]int{p.Layers, p.Items, p.Packs, 0} {
		r.head = binary.LittleEndian.AppendUint32(r.head, uint32(n))
	}
	r.head = binary.LittleEndian.AppendUint64(r.head, random.Seed)
	read := func(a answerReader) error {
		return errors.Join(a.numbers(out.PackIndex), a.numbers(out.RankInPack))
	}
	start := time.Now()
	taken, remark, err := r.slot.do(ctx, task{kindPack, kindPacked, r.head, p.Weights, read})
	if err != nil {
		return strategies.Report{Time: max(taken.call, 1)}, err
	}
	report := strategies.Report{
		Time: max(taken.call, 1),
		Stages: []strategies.Stage{
			{Name: "to arrays", Time: taken.to},
			{Name: "from arrays", Time: taken.from},
			{Name: "transport", Time: max(0, time.Since(start)-taken.to-taken.call-taken.from)},
		},
	}
	if remark != "" {
		report.Warnings = []string{remark}
	}
	return report, nil
}

// Close implements [strategies.Runner]. The worker stays for other shapes.
func (r *runner) Close() error { return nil }
