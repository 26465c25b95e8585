package readme

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

var (
	item     = regexp.MustCompile(`^  (\w+) +(.*)$`)
	workflow = regexp.MustCompile(`^(\S+) in (\S+), GOMAXPROCS (\d+)$`)
	tableRow = regexp.MustCompile(`^    (\S+) +(\S+(?: time)?)(?: +(ms|us|s|ns|req/s|tok/s))? +([\d.]+) +([\d.]+) +(\S+) +(\S+)$`)
)

// sizes are the units of a report, in a metric's.
var sizes = map[string]float64{"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "req/s": 1, "tok/s": 1, "": 1}

// document is a report of one benchmark that says what the lines say.
func document(t *testing.T, lines []string) report.Document {
	t.Helper()
	v := policy.Verdict{
		ID: policy.ID{Package: "p", Name: "B"}, Unit: "p95-ns", Outcome: policy.OK, Paired: true,
		Rule: policy.Rule{MaxRegressionPercent: 10},
	}
	m := policy.Measured{Judged: true}
	var d report.Document
	items := map[string]string{}
	name := ""
	begin := func(as, text string) {
		switch {
		case as == "setting" && items[as] != "", as == "note" && items[as] != "":
			items[as] += "\n\n" + text
		default:
			items[as] = text
		}
		name = as
	}
	for _, line := range lines {
		if of, ok := strings.CutPrefix(line, "tailgate "); ok {
			d.Name = of
		}
		switch row, of := tableRow.FindStringSubmatch(line), item.FindStringSubmatch(line); {
		case row != nil:
			m.Metrics = append(m.Metrics, metric(row))
			name = ""
		case of != nil:
			begin(of[1], of[2])
		case name != "" && strings.HasPrefix(line, strings.Repeat(" ", 13)):
			items[name] += "\n" + strings.TrimSpace(line)
		}
	}
	flat := func(name string) string { return strings.ReplaceAll(items[name], "\n", " ") }
	need := func(name string, most int) []float64 {
		n := numbers(flat(name))
		for len(n) < most { // the item is not shown
			n = append(n, 8)
		}
		return n
	}
	if w := workflow.FindStringSubmatch(flat("workflow")); w != nil {
		v.Name, v.Package, v.Procs = w[1], w[2], int(numbers(w[3])[0])
	}
	if unit := regexp.MustCompile(`\((\S+)\)$`).FindStringSubmatch(flat("metric")); unit != nil {
		v.Unit = unit[1]
	} else if len(m.Metrics) == 1 { // its name says it all
		v.Unit = m.Metrics[0].Unit
	} else if items["why"] != "" { // its stage is of the same quantile
		v.Unit = "p50-ns"
	}
	slices.SortFunc(m.Metrics, func(a, b policy.Metric) int { return strings.Compare(a.Unit, b.Unit) })

	change, evidence := need("change", 4), need("evidence", 5)
	if !strings.Contains(items["evidence"], "launches") && items["evidence"] != "" {
		evidence = slices.Insert(evidence, 2, -1)
	}
	of := m.Metric(v.Unit)
	v.Baseline, v.Candidate = policy.Summary{Median: of.Baseline.Median, N: int(evidence[1])},
		policy.Summary{Median: of.Candidate.Median, N: int(evidence[1])}
	if of.Baseline.N == 0 {
		v.Baseline.Median, v.Candidate.Median = 8.61e6, 12.75e6 // a floor of 1 ms hides little of it
	}
	unit := ""
	if u := regexp.MustCompile(`% ?, \S+ (\S+);`).FindStringSubmatch(flat("change")); u != nil {
		unit = u[1]
	}
	v.ChangePercent, v.Change = change[0], change[1]*sizes[unit]
	v.Percent = policy.Bounds{Lo: change[2], Hi: change[3]}
	v.P, v.Alpha, v.Detectable = evidence[0], evidence[3], evidence[4]
	m.Noise = noise(flat("noise"))
	if m.Noise.Launches = int(evidence[2]); evidence[2] < 0 {
		m.Noise.Rounds = int(evidence[1]) + 1
	} else if items["noise"] == "" {
		m.Noise.Rounds = int(evidence[1])
	}
	if limits := need("limits", 2); items["limits"] != "" {
		v.Rule = policy.Rule{Metric: v.Unit, MaxRegressionPercent: limits[0]}
		if strings.Contains(items["limits"], "minimum floor)") {
			v.Rule.MinRegression = limits[1] * 1e6
		}
	}
	if outcome, why, ok := strings.Cut(flat("status"), ": "); ok {
		v.Outcome = policy.Outcome(strings.ToLower(outcome))
		v.Reason = policy.Reason{Code: policy.Failed, Facts: policy.Facts{Problem: why}} // whose words are those
		reason(t, why)
	} else if items["why"] != "" {
		v.Outcome = policy.Regressed
	}
	v.Fails = fails(v.Outcome)
	m.ID = v.ID
	if items["why"] != "" {
		c := cause(t, strings.Split(items["why"], "\n"))
		c.ID = m.ID
		look := strings.Split(strings.ReplaceAll(items["look"], "\\\n", ""), "\n")
		c.Command = strings.Join(strings.Fields(look[len(look)-1]), " ")
		d.Causes = []report.Cause{c}
	}
	if stage := stageForm.FindStringSubmatch(flat("stage")); stage != nil && len(m.Metrics) == 0 { // else the table has it
		grown, percent := numbers(stage[3])[0]*sizes[stage[4]], numbers(stage[5])[0]
		base := 100 * grown / percent
		m.Metrics = append(m.Metrics, policy.Metric{
			Unit: stage[2] + "-" + stage[1] + "-ns", Baseline: policy.Summary{Median: base, N: 8},
			Candidate: policy.Summary{Median: base + grown, N: 8}, ChangePercent: percent,
		})
		v.Change = grown
	}
	provenance(t, &d, items)
	d.Report.Benchmarks, d.Report.Verdicts = []policy.Measured{m}, []policy.Verdict{v}
	return d
}

// metric is what a row shows.
func metric(row []string) policy.Metric {
	stage, name, unit := row[1], row[2], row[3]
	m := policy.Metric{ChangePercent: numbers(row[7])[0]}
	switch {
	case name == "throughput":
		m.Unit = unit
	case name == "CPU time":
		m.Unit = "cpu-ns"
	case unit == "":
		m.Unit = name
	case stage == "end_to_end":
		m.Unit = name + "-ns"
	default:
		m.Unit = name + "-" + stage + "-ns"
	}
	m.Baseline = policy.Summary{Median: numbers(row[4])[0] * sizes[unit], N: 8}
	m.Candidate = policy.Summary{Median: numbers(row[5])[0] * sizes[unit], N: 8}
	return m
}

// noise is what a report says disturbed the measuring.
func noise(text string) policy.Noise {
	var n policy.Noise
	find := func(form string, into *float64) {
		if m := regexp.MustCompile(form).FindStringSubmatch(text); m != nil {
			*into = numbers(m[1])[0]
		}
	}
	if strings.Contains(text, "whole runs") {
		n.Method = "whole runs"
	} else if text != "" {
		n.Method = "duet"
	}
	rounds := 0.0
	find(`(\d+) rounds`, &rounds)
	n.Rounds = int(rounds)
	find(`, (\S+) s;`, &n.Seconds)
	if m := regexp.MustCompile(`turns of (an|\d+) operations? \((\S+) ms\)`).FindStringSubmatch(text); m != nil {
		n.Operations = 1
		if m[1] != "an" {
			n.Operations = int(numbers(m[1])[0])
		}
		n.Turn = numbers(m[2])[0] / 1e3
	}
	find(`(\S+) stalls/s`, &n.Stalls)
	find(`(\S+) involuntary switches/s`, &n.Switches)
	find(`a turn (\S+) %`, &n.Alternation)
	find(`steal (\S+) %`, &n.Steal)
	find(`CPUs (\S+) % busy`, &n.Busy)
	find(`load (\S+)$`, &n.Load)
	return n
}

var (
	growth = regexp.MustCompile(`^(.+) of (a request|an operation): (\S+) (\w+), from (\S+) to (\S+) (\w+) ` +
		`\((\d+) profiled (?:requests|operations) a side\)$`)
	costly = regexp.MustCompile(`^([+-]\S+) (\w+) (\S+) \((\S+):(\d+)\)(?:, from (\S+))?, \d+ % of the (growth|added time)$`)
	term   = regexp.MustCompile(`^[+-]\S+ \w+ (?:other functions, together|by which the profile differs from what was measured|` +
		`not in the profile: waiting \(lock, sleep, I/O, or for a CPU\))$`)
	outgrew   = regexp.MustCompile(`^the first of them grew by more than the whole: `)
	inAll     = regexp.MustCompile(`^\S+ \w+ in all, as measured meanwhile: from (\S+) to (\S+) (\w+)$`)
	stageForm = regexp.MustCompile(`^The stage that grew most is (\w+): (p\d+) (\S+) (\w+), (\S+) %\.$`)
	phase     = regexp.MustCompile(`^(.+) (\S+) s$`)
	setting   = regexp.MustCompile(`^(\S+) = (.*) \(from (.*)\)$`)
)

// cause is what profiles said.
func cause(t *testing.T, lines []string) report.Cause {
	t.Helper()
	var whole []string // what was wrapped is in one again
	for _, line := range lines {
		last := len(whole) - 1
		if last < 0 || growth.MatchString(whole[last]) || costly.MatchString(whole[last]) || term.MatchString(whole[last]) ||
			inAll.MatchString(whole[last]) {
			whole = append(whole, line)
		} else {
			whole[last] += " " + line
		}
	}
	m := growth.FindStringSubmatch(whole[0])
	require.NotNil(t, m, whole[0])
	size := sizes[m[7]]
	c := report.Cause{
		Of: m[1], Unit: "ns", Plain: m[2] == "an operation", Baseline: numbers(m[5])[0] * size, Candidate: numbers(m[6])[0] * size,
		Requests: int64(numbers(m[8])[0]),
	}
	for _, line := range whole[1:] {
		if all := inAll.FindStringSubmatch(line); all != nil {
			c.Measured = report.Costs{Baseline: numbers(all[1])[0] * sizes[all[3]], Candidate: numbers(all[2])[0] * sizes[all[3]]}
			continue
		}
		if term.MatchString(line) {
			continue // it follows from the others
		}
		if outgrew.MatchString(line) {
			c.Doubts = append(c.Doubts, report.Outgrew)
			continue
		}
		f := costly.FindStringSubmatch(line)
		require.NotNil(t, f, line)
		c.Functions = append(c.Functions, report.CostlyFunction{
			Name: f[3], File: f[4], Line: int64(numbers(f[5])[0]), Via: strings.TrimSuffix(f[6], ","), Baseline: c.Baseline,
			Candidate: c.Baseline + numbers(f[1])[0]*sizes[f[2]],
		})
	}
	return c
}

// provenance is what a report says before its benchmarks.
func provenance(t *testing.T, d *report.Document, items map[string]string) {
	t.Helper()
	one := func(name string) string { return strings.ReplaceAll(items[name], "\n", " ") }
	several := func(name string) (found []string) {
		if items[name] != "" {
			for text := range strings.SplitSeq(items[name], "\n\n") {
				found = append(found, strings.ReplaceAll(text, "\n", " "))
			}
		}
		return found
	}
	d.Baseline.What, d.Candidate.What, d.Out, d.Notes = one("baseline"), one("candidate"), one("results"), several("note")
	d.Planted = strings.TrimSuffix(one("planted"), " in every request of the candidate, on purpose")
	if name, value, ok := strings.Cut(one("machine"), " "); ok {
		d.Environment = []report.Fact{{Name: name, Value: value}}
	}
	for _, text := range several("setting") {
		s := setting.FindStringSubmatch(text)
		require.NotNil(t, s, "setting %s", text)
		d.Settings = append(d.Settings, report.Setting{Name: s[1], Value: s[2], Source: s[3]})
	}
	whole, phases, _ := strings.Cut(one("took"), ": ")
	if whole == "" {
		return
	}
	took, err := time.ParseDuration(whole)
	require.NoError(t, err)
	d.Took = took
	for text := range strings.SplitSeq(phases, ", ") {
		p := phase.FindStringSubmatch(text)
		require.NotNil(t, p, "took %s", text)
		d.Spend(p[1], time.Duration(numbers(p[2])[0]*float64(time.Second)))
	}
}

// reason asserts that every clause of a verdict's reason is one that package judge gives. A last one that was cut with three dots
// is left out.
func reason(t *testing.T, text string) {
	t.Helper()
	text, cut := strings.CutSuffix(text, " ...")
	clauses := strings.Split(text, "; ")
	if cut {
		clauses = clauses[:len(clauses)-1]
	}
	for _, clause := range clauses {
		said(t, "internal/report", clause)
	}
}

// said asserts that the package in that folder has a text, or a form, that gives this one.
func said(t *testing.T, folder, text string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	require.NoError(t, err)
	var forms []*regexp.Regexp
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, err := strconv.Unquote(lit.Value)
				require.NoError(t, err)
				if strings.Contains(s, " ") {
					s = regexp.MustCompile(`%[.\d]*[a-z]`).ReplaceAllString(regexp.QuoteMeta(s), ".+")
					forms = append(forms, regexp.MustCompile("^"+s+"$"))
				}
			}
			return true
		})
	}
	assert.True(t, slices.ContainsFunc(forms, func(form *regexp.Regexp) bool { return form.MatchString(text) }),
		"package %s does not say %q", folder, text)
}
