package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/few"
	"github.com/tailgate-go/tailgate/policy"
)

const (
	width      = 100 // columns of Text
	detailed   = 8   // benchmarks that Text shows in full; those that fail come first
	mostLines  = 60  // verdicts that Text shows in its table
	mostOfList = 10  // notes and names that a list shows
)

// Text is the report for a terminal of 100 columns: what was compared, then the benchmarks in the words of the original tool,
// those that fail last, nearest the prompt. A large report shows what passes in one table.
func (d Document) Text() string { return d.text(false) }

// Coloured is Text, whose outcomes have colours, for a terminal that knows them. Without the colours it is Text.
func (d Document) Coloured() string { return d.text(true) }

func (d Document) text(colours bool) string {
	b := &terminal{colours: colours}
	d.body(b)
	b.line("")
	b.foresight(d)
	b.conclusion(d)
	return broken(commandLines, b.String())
}

// body is the report but for its end.
func (d Document) body(b *terminal) {
	b.line("")
	b.paragraph("tailgate "+cell(d.Name), "")
	d.provenance(b)
	full, brief, plain := d.split()
	if len(brief) > 0 {
		b.brief(d, brief)
	}
	if len(plain) > 0 {
		full = append(full, b.plain(d, plain)...)
		slices.SortStableFunc(full, func(a, b group) int { return cmp.Compare(order(a), order(b)) })
	}
	for _, g := range full {
		b.group(d, g)
	}
	if d.Error != "" {
		b.line("")
		b.paragraph(cut(strings.Trim(d.Error, "\r\n"), mostOfError), "  ")
	}
}

// provenance says what was compared, and under which circumstances.
func (d Document) provenance(b *terminal) {
	b.item("baseline", d.Baseline.text())
	b.item("candidate", d.Candidate.text())
	if d.Anchor != nil {
		b.item("anchor", d.Anchor.text())
	}
	if d.Planted != "" {
		b.item("planted", d.Planted+d.plantedIn())
	}
	b.item("machine", d.machine())
	for _, s := range d.Settings {
		b.item("setting", fmt.Sprintf("%s = %s (from %s)", s.Name, s.Value, s.Source))
	}
	b.item("took", d.spent())
	b.item("results", d.Out)
	for _, note := range some(d.notes(), "notes") {
		b.item("note", note)
	}
	if names := d.unjudged(); len(names) > 0 {
		b.item("unjudged", strings.Join(some(names, "benchmarks"), ", ")+": no rule of the policy speaks of it")
	}
}

func (s Side) text() string {
	switch {
	case s.What == "":
		return "none"
	case s.Why == "":
		return s.What
	}
	return s.What + ": " + s.Why
}

// some are the first of the items, and how many more there are.
func some(items []string, what string) []string { return few.First(items, mostOfList, what) }

// split chooses the groups to show in full, those that fail last, and leaves the verdicts of the others. Plain benchmarks have
// lines of their own; what those do not say is left, too.
func (d Document) split() (full []group, brief []policy.Verdict, plain []group) {
	groups := d.groups()
	for _, g := range groups {
		slices.SortStableFunc(g.verdicts, byGravity)
	}
	plain = plainGroups(groups)
	groups = slices.DeleteFunc(groups, group.plain)
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(order(a), order(b)) })
	if first := len(groups) - detailed; first > 0 {
		// What passes is shown in full only when all of it has room.
		for first < len(groups) && !groups[first].fails() {
			first++
		}
		for _, g := range groups[:first] {
			brief = append(brief, g.verdicts...)
		}
		groups = groups[first:]
	}
	for _, g := range plain {
		for _, v := range g.concerning() {
			if v.Outcome == policy.OK {
				brief = append(brief, v)
			}
		}
	}
	slices.SortStableFunc(brief, byGravity)
	return groups, brief, plain
}

func order(g group) int {
	if g.fails() {
		return 1
	}
	return 0
}

func byGravity(a, b policy.Verdict) int { return cmp.Compare(gravity(a), gravity(b)) }

// group shows a benchmark in full.
func (b *terminal) group(d Document, g group) {
	b.line("")
	if g.of.Name == "" {
		for _, v := range g.verdicts {
			b.item("rule", v.Rule.String())
			b.item("limits", limits(v.Rule))
			b.status(v, reason(v))
		}
		return
	}
	workflow := g.of.Name
	if g.of.Package != "" {
		workflow += " in " + g.of.Package
	}
	if g.of.Procs > 0 {
		workflow += fmt.Sprintf(", GOMAXPROCS %d", g.of.Procs)
	}
	b.item("workflow", workflow)
	b.line("")
	shown, verdicts := rows(g.of, g.verdicts), g.verdicts
	if g.plain() {
		shown, verdicts = besideLine(shown), g.concerning()
	}
	if len(shown) > 0 {
		t := table{header: []string{"stage", "metric", "unit", "baseline", "candidate", "change", "change %"}, align: "lllrrrr"}
		for _, r := range shown {
			t.rows = append(t.rows, []string{cell(r.stage), cell(r.metric), r.unit, r.baseline, r.candidate, r.change, r.percent})
		}
		b.table(t.filled("stage"))
		b.line("")
	}
	for i, v := range verdicts {
		if i > 0 {
			b.line("")
		}
		why := reason(v)
		if said := why; strings.Contains(why, "\n") {
			if said == b.said {
				why = "as above"
			}
			b.said = said
		}
		b.verdict(v, why, g.of.Noise)
	}
	b.why(d, g)
	seen := noise(g.of.Noise)
	if g.plain() && !slices.ContainsFunc(verdicts, func(v policy.Verdict) bool { return isUnsure(v.Outcome) }) {
		seen = "" // it stands below the lines of all
	}
	if seen != "" {
		b.line("")
		b.item("noise", seen)
	}
}

// isUnsure reports whether less noise could change the verdict.
func isUnsure(o policy.Outcome) bool { return o == policy.Blind || o == policy.Inconclusive }

// widestChange is how many columns a change in its unit may have in a table where each has a column of its own.
const widestChange = 24

func (b *terminal) verdict(v policy.Verdict, why string, n policy.Noise) {
	b.metric(v.Unit)
	if s := newStatement(v); s.percent != "" {
		b.item("change", s.change()+"; interval "+s.interval)
		launches := ""
		if v.Paired && n.Rounds == v.Baseline.N { // a verdict that settled earlier had fewer
			launches = fmt.Sprintf(", %d launches", n.Launches)
		}
		b.item("evidence", fmt.Sprintf("%s%s, alpha %.3g; smallest detectable change %s", s.p, launches, v.Alpha, s.detectable))
	}
	b.item("limits", limitsOf(v))
	b.item("anchor", sinceAnchor(v))
	b.status(v, why)
}

func (b *terminal) metric(unit string) {
	metric := title(unit)
	if metric != unit {
		metric += " (" + unit + ")"
	}
	b.item("metric", metric)
}

// brief shows verdicts a line each, in a table for each metric and its limits; the gravest last.
func (b *terminal) brief(d Document, verdicts []policy.Verdict) {
	hidden := max(0, len(verdicts)-mostLines)
	verdicts = verdicts[hidden:]
	if hidden > 0 {
		b.line("")
		b.line(fmt.Sprintf("  Left out here: %d verdicts, none graver than those that follow.", hidden))
	}
	label := d.labels()
	for len(verdicts) > 0 {
		first := verdicts[0]
		same := func(v policy.Verdict) bool { return v.Unit == first.Unit && limits(v.Rule) == limits(first.Rule) }
		b.line("")
		b.metric(first.Unit)
		b.item("limits", limits(first.Rule))
		b.line("")
		t := table{header: []string{"workflow", "unit", "baseline", "candidate", "change %", "status"}, align: "llrrrl"}
		hides := slices.ContainsFunc(verdicts, func(v policy.Verdict) bool { return same(v) && underFloor(v, "") != "" })
		if hides {
			t.header, t.align = append(t.header, "fails from"), t.align+"l"
		}
		for _, v := range verdicts {
			if same(v) {
				r := newRow(v.Unit, v.Baseline, v.Candidate, v.ChangePercent)
				if said := relative(v.Unit, v.ChangePercent, v.Change); math.IsInf(v.ChangePercent, 0) && columns(said) <= widestChange {
					r.percent = said
				}
				row := []string{cell(label(v)), r.unit, r.baseline, r.candidate, r.percent, cell(status(v) + little(v))}
				if hides {
					row = append(row, floorCell(v))
				}
				t.rows = append(t.rows, row)
			}
		}
		b.table(t)
		verdicts = slices.DeleteFunc(slices.Clone(verdicts), same)
	}
}
