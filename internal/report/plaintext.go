package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// mostPlainLines are the lines above the conclusion of a report with plain benchmarks, if one benchmark in full has room in them.
const mostPlainLines = 110

// plain shows plain benchmarks a line each, the gravest last, and each reason once. It returns those to be shown in full: the
// gravest of those that are not ok, as many as there is room for, and at least one.
func (b *terminal) plain(d Document, groups []group) (full []group) {
	slices.SortStableFunc(groups, func(a, b group) int { return byConcernOf(a.worst(), b.worst()) })
	b.plainTables(d, groups)
	for _, g := range slices.Backward(groups) {
		unclear := slices.ContainsFunc(g.verdicts, func(v policy.Verdict) bool { return v.Outcome != policy.OK && measured(v) })
		if unclear && len(full) < detailed {
			full = append(full, g)
		}
	}
	slices.Reverse(full)
	for ; ; full = full[1:] {
		rest := &terminal{colours: b.colours}
		rest.plainRest(d, groups, full)
		blocks := &terminal{}
		for _, g := range full {
			blocks.group(d, g)
		}
		if lineCount(b)+lineCount(rest)+lineCount(blocks) <= mostPlainLines || len(full) <= 1 {
			b.WriteString(rest.String())
			return full
		}
	}
}

func lineCount(b fmt.Stringer) int { return strings.Count(b.String(), "\n") }

// plainRest shows the reasons of plain benchmarks that are not shown in full.
func (b *terminal) plainRest(d Document, groups, full []group) {
	var verdicts []policy.Verdict
	for _, g := range slices.Backward(groups) {
		if !slices.ContainsFunc(full, func(f group) bool { return f.of.ID == g.of.ID }) {
			verdicts = append(verdicts, g.verdicts...)
		}
	}
	for i, s := range sharedReasons(verdicts, d.labels()) {
		if i == 0 {
			b.line("")
		}
		if i == mostOfList {
			b.item("status", "and other reasons, which verdict.json has")
			break
		}
		b.item("status", s.text())
	}
	seen, detects := plainNoise(groups), ""
	if failing, _ := d.failing(); failing == 0 {
		detects = d.visible()
	}
	if seen+detects != "" {
		b.line("")
	}
	b.item("noise", seen)
	b.item("detects", detects)
}

// plainTables shows a line for each, in a table for each package.
func (b *terminal) plainTables(d Document, groups []group) {
	b.line("")
	if hidden := len(groups) - mostLines; hidden > 0 {
		groups = groups[hidden:]
		b.line(fmt.Sprintf("  Left out here: %d benchmarks, none graver than those that follow.", hidden))
	}
	b.item("limits", plainLimits(groups))
	t := table{header: slices.Concat([]string{"workflow"}, plainColumns, []string{"status"}), align: "lrrrrrrl"}
	type where struct {
		of    string
		procs int
	}
	var packages []where
	for _, g := range slices.Backward(groups) { // the package of the gravest stands last
		if in := (where{g.of.Package, g.of.Procs}); !slices.Contains(packages, in) {
			packages = append(packages, in)
		}
	}
	for _, g := range groups {
		t.rows = append(t.rows, slices.Concat([]string{cell(g.of.Name)}, plainLine(g), []string{cell(plainStatus(g, status))}))
	}
	t = t.filled(plainColumns...)
	for _, in := range slices.Backward(packages) {
		name := cmp.Or(in.of, "-")
		if in.procs > 0 {
			name += fmt.Sprintf(", GOMAXPROCS %d", in.procs)
		}
		b.item("package", name)
		b.line("")
		part := table{header: t.header, align: t.align}
		for i, g := range groups {
			if (where{g.of.Package, g.of.Procs}) == in {
				part.rows = append(part.rows, t.rows[i])
			}
		}
		b.table(part)
		if in != packages[0] {
			b.line("")
		}
	}
}

// besideLine are the rows of what a plain benchmark's line does not have.
func besideLine(all []row) []row {
	return slices.DeleteFunc(slices.Clone(all), func(r row) bool {
		return slices.ContainsFunc(operation, func(unit string) bool { return r.metric == brief(unit) })
	})
}
