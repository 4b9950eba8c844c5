// Package runs defines the run directory: the experiment that was requested,
// the cells of its plan, and one record per run.
//
// A [Cell] is a list of named coordinates and a [Record] holds named measures;
// [Axes] and [Measures] declare the known ones, each in one place. A directory
// carries the declarations it was written with in its manifest, so that it can
// be read by programs that know neither.
//
// The package only reads and writes; it does not depend on any strategy,
// workload or statistic.
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
// and all earlier versions.
const Format = 2
