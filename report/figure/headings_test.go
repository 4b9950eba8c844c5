package figure

import (
	"testing"
)

// Headings of panels that each have labels of rows end before the next panel.
func TestHeadingsLeaveRoomForRowLabels(t *testing.T) {
	var panels []*Panel
	for range 4 {
		d := &Dots{X: LinearScale(1, func(float64) string { return "" }), Rows: []DotRow{{Label: "keep:moves=12, krige"}, {Label: "steady"}}}
		panels = append(panels, d.Panel(NewPanel("drift windows=20 family=heavy, window 1, delay 1"), Page))
	}
	f := &Figure{Size: Page}
	f.SetPanels(panels, 2, 100)
	half := f.Size.width()/2 - figureMargin
	for _, p := range panels {
		label := style(smallSize, body).Width("keep:moves=12, krige")
		for _, line := range p.title {
			if end := label + boldStyle(textSize, body).Width(line); end > half {
				t.Errorf("%q ends at %.0f of %.0f points", line, end, half)
			}
		}
	}
}
