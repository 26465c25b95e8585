package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// plainPart is what a Markdown report says of plain benchmarks.
type plainPart struct {
	groups []group
	ids    map[policy.ID]bool
	left   int // verdicts that may yet stand in full beside those of other benchmarks
}

func newPlainPart(groups []group) *plainPart {
	p := &plainPart{groups: plainGroups(groups), ids: map[policy.ID]bool{}, left: detailed}
	for _, g := range p.groups {
		p.ids[g.of.ID] = true
	}
	slices.SortStableFunc(p.groups, func(a, b group) int { return byConcernOf(b.worst(), a.worst()) })
	return p
}

// tabled are the verdicts that a table of verdicts shows. A verdict on a plain benchmark is there if it was measured, its
// benchmark's line does not show it in full, and there is room.
func (p *plainPart) tabled(verdicts []policy.Verdict) []policy.Verdict {
	return slices.DeleteFunc(slices.Clone(verdicts), func(v policy.Verdict) bool {
		switch {
		case !p.ids[v.ID]:
			return false
		case onLine(v), !measured(v), p.left == 0:
			return true
		}
		p.left--
		return false
	})
}

// inFull ends the title of a table that leaves out the verdicts which lines show in full.
func (p *plainPart) inFull() string {
	if len(p.groups) == 0 {
		return ""
	}
	return ", in full"
}

// table has a line for each plain benchmark, the gravest first; empty when there are none.
func (p *plainPart) table(label func(policy.Verdict) string, most int) string {
	if len(p.groups) == 0 {
		return ""
	}
	t := table{header: slices.Concat([]string{"status", "workflow"}, plainColumns), align: "llrrrrrr"}
	for _, g := range p.groups {
		outcome := prose(plainStatus(g, func(v policy.Verdict) string { return string(v.Outcome) }))
		if g.fails() {
			outcome = "**" + outcome + "**"
		}
		row := []string{outcome, code(label(g.verdicts[0]))}
		for _, said := range plainLine(g) {
			row = append(row, prose(said))
		}
		t.rows = append(t.rows, row)
	}
	t = t.filled(plainColumns...)
	rule := strings.NewReplacer("l", "|---", "r", "|--:").Replace(t.align) + "|\n"
	rows := listing{most: most}
	for _, row := range t.rows {
		rows.add(func() string { return tableRow(row...) })
	}
	limits := "\n"
	if said := plainLimits(p.groups); said != "" {
		limits = "\n- limits: " + prose(said) + "\n\n"
	}
	return limits + tableRow(t.header...) + rule + rows.text("benchmarks")
}

// section is the table, folded where it is long or something fails.
func (p *plainPart) section(label func(policy.Verdict) string, most int, fails bool) string {
	text := p.table(label, most)
	if !fails && len(p.groups) <= openly {
		return text
	}
	return folded(count(len(p.groups), "plain benchmark", "plain benchmarks"), text)
}

// noise is what disturbed all of them together.
func (p *plainPart) noise(label func(policy.Verdict) string) string {
	seen := plainNoise(p.groups)
	if seen == "" {
		return ""
	}
	of := fmt.Sprintf("%d plain benchmarks", len(p.groups))
	if len(p.groups) == 1 {
		of = code(label(p.groups[0].verdicts[0]))
	}
	return fmt.Sprintf("- %s: %s\n", of, prose(seen))
}
