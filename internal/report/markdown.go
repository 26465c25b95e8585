package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// Bytes that each part of the Markdown may have. Together with the reasons' and the error's own bounds the page stays under
// the 65,536 characters that GitHub takes for a comment.
const (
	mostOfVerdicts   = 20 << 10
	mostOfReasons    = 10 << 10
	mostOfMeasured   = 10 << 10
	mostOfNoise      = 4 << 10
	mostOfProvenance = 6 << 10
)

// Markdown is the report for a page such as a pull request's or a step summary: the verdicts as a table, what fails first.
func (d Document) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n**%s**\n", strings.TrimSpace("## tailgate "+code(d.Name)), prose(d.headline()))
	if d.Error != "" {
		b.WriteString("\n" + fenced(d.Error, mostOfError, ""))
	}
	verdicts := slices.Clone(d.Report.Verdicts)
	slices.SortStableFunc(verdicts, func(a, b policy.Verdict) int { return byGravity(b, a) })
	label := d.labels()
	b.WriteString(verdictTable(verdicts, label))
	b.WriteString(reasons(verdicts, label))
	b.WriteString(d.causeList())
	b.WriteString(d.noiseList())
	b.WriteString("\n### What was compared\n\n" + d.provenanceList())
	b.WriteString(d.measuredTable())
	return b.String()
}

// lines joins lines until they have most bytes, and says how many are left out.
func lines(all []string, most int, what string) string {
	var b strings.Builder
	for i, line := range all {
		if b.Len()+len(line) > most {
			fmt.Fprintf(&b, "\nLeft out here: %d of %d %s.\n", len(all)-i, len(all), what)
			break
		}
		b.WriteString(line)
	}
	return b.String()
}

func tableRow(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |\n" }

func verdictTable(verdicts []policy.Verdict, label func(policy.Verdict) string) string {
	if len(verdicts) == 0 {
		return ""
	}
	var rows []string
	for _, v := range verdicts {
		r, s := newRow(v.Unit, v.Baseline, v.Candidate, v.ChangePercent), newStatement(v)
		if s.detectable == "" {
			s.interval, s.p, s.detectable = missing, missing, missing
		}
		rows = append(rows, tableRow(bold(v), code(label(v)), prose(title(v.Unit)), prose(r.unit), r.baseline, r.candidate, r.change, r.percent,
			prose(s.interval), s.p, s.detectable, prose(shortLimits(v.Rule))))
	}
	return "\n" + tableRow("status", "workflow", "metric", "unit", "baseline", "candidate", "change", "change %", "interval", "evidence",
		"smallest detectable", "limits") + "|---|---|---|---|--:|--:|--:|--:|--:|---|--:|---|\n" + lines(rows, mostOfVerdicts, "verdicts")
}

// bold is the outcome, so that what fails is not overlooked.
func bold(v policy.Verdict) string {
	if v.Fails {
		return "**" + prose(string(v.Outcome)) + "**"
	}
	return prose(string(v.Outcome))
}

// reasons are those of the verdicts that are not ok, or ok without having been measured on both sides.
func reasons(verdicts []policy.Verdict, label func(policy.Verdict) string) string {
	var items []string
	var last string
	for _, v := range verdicts {
		if v.Outcome == policy.OK && v.Baseline.N > 0 && v.Candidate.N > 0 {
			continue
		}
		head := fmt.Sprintf("- %s %s %s:", bold(v), code(label(v)), prose(title(v.Unit)))
		switch isLong := strings.Contains(strings.TrimSpace(v.Reason), "\n"); {
		case isLong && v.Reason == last:
			items = append(items, head+" as above\n")
		case isLong:
			items = append(items, head+"\n"+fenced(v.Reason, mostOfReason, "  "))
		default:
			items = append(items, strings.TrimSpace(head+" "+prose(v.Reason))+"\n")
		}
		last = v.Reason
	}
	if len(items) == 0 {
		return ""
	}
	return "\n### Reasons\n\n" + lines(items, mostOfReasons, "reasons")
}

// noiseList says what was seen to disturb each benchmark.
func (d Document) noiseList() string {
	var items []string
	label := d.labels()
	for _, g := range d.groups() {
		if seen := noise(g.Noise); seen != "" {
			items = append(items, fmt.Sprintf("- %s: %s\n", code(label(g.verdicts[0])), prose(seen)))
		}
	}
	if len(items) == 0 {
		return ""
	}
	return "\n### Noise\n\n" + lines(items, mostOfNoise, "benchmarks")
}

// provenanceList says what was compared, and under which circumstances.
func (d Document) provenanceList() string {
	items := []string{"- baseline: " + d.Baseline.markdown(), "- candidate: " + d.Candidate.markdown()}
	add := func(name, value string) {
		if value != "" {
			items = append(items, "- "+name+": "+value)
		}
	}
	if d.Planted != "" {
		add("planted", code(d.Planted)+" in every request of the candidate, on purpose")
	}
	add("machine", prose(d.machine()))
	for _, s := range d.Settings {
		add("setting", code(s.Name+" = "+s.Value)+" (from "+code(s.Source)+")")
	}
	add("took", d.took())
	add("results", code(d.Out))
	for _, note := range some(d.Notes, "notes") {
		add("note", prose(note))
	}
	if names := d.unjudged(); len(names) > 0 {
		add("unjudged", code(strings.Join(some(names, "benchmarks"), ", "))+": no rule of the policy speaks of it")
	}
	for i := range items {
		items[i] = strings.TrimRight(items[i], " ") + "\n"
	}
	return lines(items, mostOfProvenance, "facts")
}

func (s Side) markdown() string {
	switch {
	case s.What == "":
		return "none"
	case s.Why == "":
		return code(s.What)
	}
	return code(s.What) + ": " + prose(s.Why)
}

// measuredTable folds away all that the terminal shows of each benchmark.
func (d Document) measuredTable() string {
	var all []string
	label := d.labels()
	for _, g := range d.groups() {
		for _, r := range rows(g.Measured, g.verdicts) {
			all = append(all, tableRow(code(label(g.verdicts[0])), prose(r.stage), prose(r.metric), prose(r.unit),
				r.baseline, r.candidate, r.change, r.percent))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "\n<details><summary>What was measured</summary>\n\n" +
		tableRow("workflow", "stage", "metric", "unit", "baseline", "candidate", "change", "change %") +
		"|---|---|---|---|--:|--:|--:|--:|\n" + lines(all, mostOfMeasured, "metrics") + "\n</details>\n"
}
