package sweep

import (
	"fmt"
	"slices"
	"strings"
	"text/template"
)

// Job is what the job scripts for Slurm are made of. Paths are absolute.
type Job struct {
	Program string   // the bench program, on a file system that all nodes see
	Dir     string   // of the sweep
	Name    string   // of the experiment, for the queue
	Shards  int      // tasks of the array
	Run     []string // arguments of bench run but --shard, --out and --wait: the experiment and its flags
	Options []string // of sbatch for the array, as typed
}

// jobScript is what sbatch runs for each shard. exec makes bench itself the
// process that Slurm signals: it finishes the run in progress and ends.
var jobScript = template.Must(template.New("job").Parse(`#!/bin/bash
# Runs a shard of the sweep per task of the array. Made by bench submit.
# A task that is run again makes the runs that its shard still lacks, so
#   sbatch --array=3,7 {{.Path}}
# finishes shards 3 and 7 and repeats nothing.
#SBATCH --job-name={{.Name}}
#SBATCH --array=1-{{.Shards}}
#SBATCH --output={{.Log}}
#SBATCH --open-mode=append
#SBATCH --requeue
{{- range .Options}}
#SBATCH {{.}}
{{- end}}

exec {{.Command}}
`))

// mergeScript is what sbatch runs when all tasks have ended, however they did.
var mergeScript = template.Must(template.New("merge").Parse(`#!/bin/bash
# Merges the records of all shards and reports them. Made by bench submit.
# It can be run while shards still run: what is missing is pending.
#SBATCH --job-name={{.Name}}-merge
#SBATCH --output={{.Log}}
#SBATCH --open-mode=append
{{- range .Options}}
#SBATCH {{.}}
{{- end}}

exec {{.Command}}
`))

// script is what a template fills in.
type script struct {
	Path, Name, Log, Command string
	Shards                   int
	Options                  []string
}

// Scripts returns the job script of the array and that of the merge.
func (j Job) Scripts() (array, merge string, err error) {
	options, err := optionLines(j.Options)
	if err != nil {
		return "", "", err
	}
	for _, path := range []string{j.Program, j.Dir, j.Name} {
		if strings.ContainsAny(path, "\n\r\"'\\%") {
			return "", "", fmt.Errorf("%q: quotes, backslashes, percent signs and line ends are not allowed in a job script: use another name", path)
		}
	}
	run := append([]string{j.Program, "run"}, j.Run...)
	command := shell(run) + fmt.Sprintf(` --shard "$SLURM_ARRAY_TASK_ID/%d" --wait 10m --out %s`, j.Shards, shell([]string{j.Dir}))
	array, err = fill(jobScript, script{
		Path: shell([]string{j.Dir + "/" + JobFile}), Name: j.Name, Shards: j.Shards, Options: options, Command: command,
		Log: quoted(j.Dir + "/" + LogDir + "/shard-%a.log"),
	})
	if err != nil {
		return "", "", err
	}
	merged := []string{j.Program, "merge", "--allow-missing", "--report", j.Dir + "/" + MergedDir, j.Dir}
	merge, err = fill(mergeScript, script{
		Name: j.Name, Options: shared(options), Command: shell(merged), Log: quoted(j.Dir + "/" + LogDir + "/merge.log"),
	})
	return array, merge, err
}

func fill(t *template.Template, s script) (string, error) {
	var b strings.Builder
	err := t.Execute(&b, s)
	return b.String(), err
}

// optionLines returns the options of sbatch as lines of a script: each with the
// words that follow it up to the next.
func optionLines(words []string) ([]string, error) {
	var lines []string
	for _, w := range words {
		if strings.ContainsAny(w, "\n\r\"\\") {
			return nil, fmt.Errorf("sbatch option %q: quotes, backslashes and line ends are not allowed in a job script", w)
		}
		for _, own := range []string{"--array", "-a", "--output", "-o", "--dependency", "-d", "--wrap"} {
			if name, _, _ := strings.Cut(w, "="); name == own {
				return nil, fmt.Errorf("sbatch option %s is set by bench submit: leave it out", own)
			}
		}
		switch {
		case strings.HasPrefix(w, "-"):
			lines = append(lines, quoted(w))
		case len(lines) == 0:
			return nil, fmt.Errorf("sbatch option %q: options begin with a dash", w)
		default:
			lines[len(lines)-1] += " " + quoted(w)
		}
	}
	return lines, nil
}

// shared returns the options that a job without array needs as well: where the
// account lets jobs run.
func shared(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		name := strings.Trim(strings.FieldsFunc(line, func(r rune) bool { return r == '=' || r == ' ' })[0], `"`)
		return !slices.Contains([]string{"-A", "--account", "-p", "--partition", "-q", "--qos", "-M", "--clusters", "--reservation"}, name)
	})
}

// quoted puts a word with spaces into the quotes that sbatch reads.
func quoted(word string) string {
	if strings.ContainsAny(word, " \t#") {
		return `"` + word + `"`
	}
	return word
}

// shell writes words so that a shell reads them back.
func shell(words []string) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w
		if w == "" || strings.Trim(w, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@") != "" {
			list[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(list, " ")
}
