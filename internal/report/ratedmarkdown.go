package report

import (
	"fmt"
	"math"
	"regexp"
	"slices"

	"github.com/tailgate-go/tailgate/policy"
)

// mostColumns is how many metrics the table of a case has, beside the rate.
const mostColumns = 8

// columns are the metrics with the most to say: those that are judged, and of the others what users feel, what is done,
// and what fails.
func (r rated) columns() []string {
	var units []string
	for _, unit := range r.shown() {
		judged := slices.ContainsFunc(r.points, func(p ratePoint) bool {
			_, ok := p.verdict(unit)
			return ok
		})
		if judged || slices.Contains([]string{
			"p95-ns", "p95-ttft-ns", "p95-tpot-ns", "output-tok/min", "tok/s", "errors-percent",
		}, unit) {
			units = append(units, unit)
		}
	}
	return units[:min(len(units), mostColumns)]
}

// safeName is what needs no escaping in HTML, and is taken by GitHub for nothing else.
var safeName = regexp.MustCompile(`^[A-Za-z0-9=._/ -]{1,120}$`)

// ratedTables are the cases for Markdown, each folded: a row for each rate, with both sides and the change.
func (d Document) ratedTables(most int) string {
	all, left := d.rated()
	label := d.labels()
	text := ""
	for i, r := range all {
		name := label(policy.Verdict{ID: policy.ID{Package: r.Package, Name: r.label(), Procs: r.Procs}})
		head := fmt.Sprintf("Rate by rate: case %d", i+1)
		if safeName.MatchString(name) {
			head = "Rate by rate: <code>" + name + "</code>"
		}
		if part := folded(head, r.markdown(name, most)); len(text)+len(part) <= most {
			text += part
		} else {
			left++
		}
	}
	if left > 0 {
		text += "\nLeft out here: " + count(left, "case", "cases") + " with several rates.\n"
	}
	return text
}

func (r rated) markdown(name string, most int) string {
	text := "\n- " + code(name) + "\n"
	for _, s := range r.says() {
		text += "- " + prose(s) + "\n"
	}
	units := r.columns()
	cells, scales := []string{"req/s"}, []scale{}
	rule := "|--:|"
	for _, unit := range units {
		baseline, candidate := r.values(unit)
		s := ratedScale(unit, baseline, candidate)
		title := ratedTitle(unit)
		if s.unit != "" {
			title += ", " + s.unit
		}
		cells, scales, rule = append(cells, prose(title)), append(scales, s), rule+"--:|"
	}
	table := tableRow(cells...) + rule + "\n"
	var rows []string
	for _, p := range r.points {
		row := []string{exact(p.rate)}
		if behind := p.behind(); behind != "" {
			row[0] += " (" + behind + ")"
		}
		for i, unit := range units {
			row = append(row, p.markdown(unit, scales[i]))
		}
		rows = append(rows, tableRow(row...))
	}
	return text + "\n" + table + lines(rows, max(0, most/2-len(table)), "rates")
}

// markdown is a metric at the rate: both sides, and the change; bold where a rule fails.
func (p ratePoint) markdown(unit string, s scale) string {
	m := p.of.Metric(unit)
	baseline, candidate := known(m.Baseline), known(m.Candidate)
	if math.IsNaN(baseline) && math.IsNaN(candidate) {
		return missing
	}
	text := orMissing(s, baseline) + " to " + orMissing(s, candidate)
	if change := p.ratedChange(unit); !math.IsNaN(change) && change != 0 {
		text += " (" + movedBy(unit, change) + ")"
	}
	if v, judged := p.verdict(unit); judged && v.Fails {
		text = "**" + text + "**"
	}
	return text
}
