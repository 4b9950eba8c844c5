package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"

	"packbench/internal/atomicfile"
	"packbench/internal/number"
	"packbench/placement/planners"
	"packbench/report/figure"
)

// figureForms are the forms of figures, by the extension of the file.
var figureForms = map[string]func(*figure.Figure) ([]byte, error){
	".svg": (*figure.Figure).SVG,
	".pdf": (*figure.Figure).PDF,
	".png": func(f *figure.Figure) ([]byte, error) { return f.PNG(figure.ScreenDPI) },
}

// checkFigure returns an error where --figure cannot be drawn.
func (c *placeCmd) checkFigure() error {
	switch form := filepath.Ext(c.Figure); {
	case c.Figure == "":
		return nil
	case !c.Advise:
		return fmt.Errorf("--figure %s is of --advise: add --advise", c.Figure)
	case figureForms[strings.ToLower(form)] == nil:
		return fmt.Errorf("--figure %s: the name ends in %q: use .svg, .png or .pdf", c.Figure, form)
	}
	return nil
}

// drawAdvice writes a figure of the balance against the number of slots.
func (c *placeCmd) drawAdvice(a planners.Advice, about string) error {
	f := &figure.Figure{
		Size: figure.Page, Title: "What the imbalance of GPUs costs against the number of slots", Subtitle: about,
		XLabel: "slots per layer", YLabel: "1 − mean/max load of GPUs",
	}
	chart, panel := &figure.Chart{}, figure.NewPanel("")
	var xs, ys []float64
	for i, line := range []struct {
		name  string
		value func(planners.Option) float64
	}{
		{"any copy anywhere", func(o planners.Option) float64 { return o.Global }},
		{"groups on nodes", func(o planners.Option) float64 { return o.Hierarchical }},
		{"groups on nodes, spare copies anywhere", func(o planners.Option) float64 { return o.Spill }},
	} {
		curve := figure.Curve{Look: figure.NewLook(i, i), Name: line.name, Marks: true, Shift: 2 * vg.Length(i-1)}
		for _, o := range a.Slots {
			if v := line.value(o); v > 0 { // 0 is not planned
				curve.Xs, curve.Ys = append(curve.Xs, float64(o.Slots)), append(curve.Ys, 1-v)
			}
		}
		if len(curve.Xs) == 0 {
			continue
		}
		curve.Tip = func(i int) string {
			return fmt.Sprintf("%s, %.0f slots: %s", curve.Name, curve.Xs[i], number.Percent(curve.Ys[i]))
		}
		chart.Curves = append(chart.Curves, curve)
		f.Legend = append(f.Legend, figure.CurveEntry(curve.Name, curve.Look, false))
		xs, ys = append(xs, curve.Xs...), append(ys, curve.Ys...)
	}
	chart.X = figure.RangeScale(xs, func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) })
	chart.Y = figure.NewScale(ys, number.Percent)
	f.SetPanels([]*figure.Panel{chart.Panel(panel)}, 1, 3*vg.Inch)
	drawn, err := figureForms[strings.ToLower(filepath.Ext(c.Figure))](f)
	if err != nil {
		return err
	}
	return wrongTarget(atomicfile.WriteFile(c.Figure, drawn))
}
