// Package figure draws plots on gonum/plot in one style: panels under a title
// with a legend, as PNG, SVG and PDF, and as SVG that stands in a page.
//
// It knows no run and no strategy. A caller fills panels ([Strip], [Chart],
// [Scatter], …) with values and looks, arranges them in a [Figure] and renders
// that. Whatever the names in it: labels are measured, broken and shortened so
// that they stay inside, apart from each other and different from each other.
package figure
