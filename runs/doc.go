// Package runs says what a run directory is: the experiment that was asked for,
// the cells of its plan, and one record per run.
//
// A [Cell] is a list of named coordinates and a [Record] holds named measures;
// [Axes] and [Measures] declare those there are, each in one place. A directory
// carries the declarations it was written with in its manifest, so that it can
// be read by programs that know neither.
//
// The package reads and writes; it runs nothing, and knows no strategy, no
// workload and no statistic.
//
// # Layout
//
//	manifest.json   what was asked, where it ran, the plan; see [Manifest]
//	records.jsonl   one line per run, appended and synced as it ends; see [Record]
//	summary.csv     a row per cell, for spreadsheets
//	figures/        and report.html, report.md: made from the above
//
// Every line of records.jsonl ends with a checksum of the line, and [Load]
// checks it and whatever else can be checked. A directory is written by one
// process at a time.
package runs

// The files of a run directory.
const (
	ManifestFile = "manifest.json"
	RecordsFile  = "records.jsonl"
	SummaryFile  = "summary.csv"
)

// Format is the version of the layout that this program writes. It reads this
// one and all before it.
const Format = 2
