package report

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/tailgate-go/tailgate/policy"
)

// width is the number of columns that Text keeps to, where names and paths let it.
const width = 100

// Text is the report for a terminal: first what was compared, then each benchmark in the words of the original tool, what fails
// last, where a reader's eye rests.
func (d Document) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\ntailgate %s\n", d.Name)
	for _, f := range d.provenance() {
		item(&b, f.Name, f.Value)
	}
	for _, note := range d.Notes {
		item(&b, "note", note)
	}
	for _, failing := range []bool{false, true} {
		for _, m := range d.Report.Benchmarks {
			verdicts := d.of(m)
			if len(verdicts) > 0 && fails(verdicts) == failing {
				benchmarkText(&b, m, verdicts)
			}
		}
	}
	for _, v := range d.Report.Verdicts {
		if v.Benchmark == "" {
			fmt.Fprintf(&b, "\n")
			item(&b, "rule", v.Rule.String())
			item(&b, "status", status(v)+": "+v.Reason)
		}
	}
	if d.Error != "" {
		fmt.Fprintf(&b, "\n  %s\n", strings.ReplaceAll(plain(d.Error), "\n", "\n  "))
	}
	fmt.Fprintf(&b, "\n%s\n", d.headline())
	return b.String()
}

// of are the verdicts on one benchmark.
func (d Document) of(m policy.Measured) []policy.Verdict {
	var some []policy.Verdict
	for _, v := range d.Report.Verdicts {
		if v.Benchmark != "" && v.Package == m.Package && v.Benchmark == m.Name && v.Procs == m.Procs {
			some = append(some, v)
		}
	}
	return some
}

func fails(verdicts []policy.Verdict) bool {
	for _, v := range verdicts {
		if v.Fails {
			return true
		}
	}
	return false
}

func benchmarkText(b *strings.Builder, m policy.Measured, verdicts []policy.Verdict) {
	fmt.Fprintln(b)
	item(b, "workflow", strings.TrimSpace(m.Name+"   "+m.Package))
	if rows := comparedMetrics(m, verdicts); len(rows) > 0 {
		t := table.NewWriter()
		t.SetStyle(plainTable())
		t.AppendHeader(table.Row{"stage", "metric", "baseline", "candidate", "change"})
		for _, metric := range rows {
			stage, name := stageAndMetric(metric.Unit)
			t.AppendRow(table.Row{stage, name, amount(metric.Baseline.Median, metric.Unit), amount(metric.Candidate.Median, metric.Unit),
				percent(metric.ChangePercent)})
		}
		t.SetColumnConfigs([]table.ColumnConfig{{Number: 3, Align: text.AlignRight, AlignHeader: text.AlignRight},
			{Number: 4, Align: text.AlignRight, AlignHeader: text.AlignRight}, {Number: 5, Align: text.AlignRight, AlignHeader: text.AlignRight}})
		for line := range strings.Lines(t.Render() + "\n") {
			fmt.Fprintf(b, "    %s\n", strings.TrimRight(line, " \n"))
		}
	}
	for _, v := range verdicts {
		verdictText(b, v)
	}
}

// plainTable has no borders and no colours.
func plainTable() table.Style {
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "   "
	return style
}

// tracked are the metrics that are shown whether judged or not.
var tracked = []string{"req/s", "tok/s", "p50-ns", "p95-ns", "p99-ns", "p50-ttft-ns", "p95-ttft-ns", "p95-tpot-ns"}

// comparedMetrics are the tracked metrics, the p95 of each stage, and what the verdicts are on, of those that both sides have.
// A benchmark that was not recorded shows all it has.
func comparedMetrics(m policy.Measured, verdicts []policy.Verdict) []policy.Metric {
	judged := map[string]bool{}
	for _, v := range verdicts {
		judged[v.Unit] = true
	}
	recorded := m.Metric("p50-ns").Candidate.N > 0
	var first, rest []policy.Metric
	for _, unit := range tracked {
		if metric := m.Metric(unit); metric.Baseline.N > 0 && metric.Candidate.N > 0 {
			first = append(first, metric)
			judged[unit] = false
		}
	}
	for _, metric := range m.Metrics {
		isTracked := strings.HasPrefix(metric.Unit, "p95-") && !strings.Contains(strings.Join(tracked, " "), metric.Unit)
		if metric.Baseline.N > 0 && metric.Candidate.N > 0 && (judged[metric.Unit] || isTracked || !recorded) {
			rest = append(rest, metric)
		}
	}
	return append(first, rest...)
}

func verdictText(b *strings.Builder, v policy.Verdict) {
	stage, metric := stageAndMetric(v.Unit)
	item(b, "metric", metric+" of "+stage+", limits: "+limits(v.Rule))
	if v.Baseline.N > 0 && v.Candidate.N > 0 && v.P > 0 {
		item(b, "change", fmt.Sprintf("%s (%s), interval %s to %s, p=%.3f n=%d+%d, alpha %.2g", percent(v.ChangePercent),
			signed(v.Change, v.Unit), percent(v.Percent.Lo), percent(v.Percent.Hi), v.P, v.Baseline.N, v.Candidate.N, v.Alpha))
		item(b, "noise", "smallest detectable change "+strings.TrimPrefix(percent(v.Detectable), "+"))
	}
	item(b, "status", status(v)+": "+v.Reason)
}

// item prints a name and a text that goes on below itself.
func item(b *strings.Builder, name, value string) {
	const indent = 13
	wrapped := text.WrapSoft(plain(value), width-indent)
	for i, line := range strings.Split(wrapped, "\n") {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(b, "  %-10s %s\n", name, strings.TrimSpace(line))
	}
}

// plain is s without what moves a terminal's cursor or changes its colours: names and messages come from benchmarks and files.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}
