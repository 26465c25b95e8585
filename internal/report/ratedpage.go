package report

import (
	"fmt"
	"math"

	"github.com/tailgate-go/tailgate/policy"
)

// ratedView is a case in the page.
type ratedView struct {
	ID, Name, Package string
	Procs             int
	Open              bool
	Failing           int // rules that fail
	Says              []string
	Rates             []ratedHead
	Heat              []heatGroup
	Lines, Guide      []figureText
	GuideText         string // what R2 is worth
	Whom              string
	Numbers           []ratedNumbers
	Chart             int  // its place in the charts' data; -1 when it has none
	Left              int  // rates left out
	Behind            bool // whether a side falls behind anywhere
}

type ratedHead struct{ Rate, Part, Saturated string }

// heatGroup are the changes of some metrics at all rates: of the service, of its tiers, of its adapters.
type heatGroup struct {
	Title string
	Rows  []heatRow
}

type heatRow struct {
	Title, Unit string
	Cells       []heatCell
}

type heatCell struct{ Text, Class, Outcome, Title string }

type figureText struct{ Title, Text string }

type ratedNumbers struct {
	Title, Unit string
	Rows        []ratedNumber
}

type ratedNumber struct{ Rate, Baseline, Candidate, Change string }

// ratedViews fills p with the cases, until there is no more room for their charts, and links them with the parts
// of their benchmarks.
func (d Document) ratedViews(p *page, parts map[policy.ID]string) {
	all, left := d.rated()
	p.CasesLeft = left
	label := d.labels()
	room, caseOf := mostRatedCharts, map[string]string{}
	for i, r := range all {
		id := policy.ID{Package: r.Package, Name: r.label(), Procs: r.Procs}
		v := ratedView{
			ID: fmt.Sprintf("r%d", i+1), Name: cell(label(policy.Verdict{ID: id})),
			Package: cell(r.Package), Procs: r.Procs,
			Open: r.gravity() == gravest || len(all) == 1, Says: r.says(), Heat: r.heat(), Chart: -1, Left: r.left,
		}
		for _, point := range r.points {
			head := ratedHead{Rate: exact(point.rate), Part: parts[point.of.ID], Saturated: point.behind()}
			v.Behind = v.Behind || head.Saturated != ""
			v.Rates = append(v.Rates, head)
			caseOf[head.Part] = v.ID
			for _, verdict := range point.verdicts {
				if verdict.Fails {
					v.Failing++
				}
			}
		}
		v.Numbers = r.numbers()
		if room > 0 {
			room -= r.charts(&v, &p.Charts)
		}
		p.Cases = append(p.Cases, v)
	}
	for i := range p.Parts {
		p.Parts[i].Case = caseOf[p.Parts[i].ID]
	}
}

// label is the case's name, which may be nothing but a rate.
func (r rated) label() string {
	if r.Name == "" {
		return "all rates"
	}
	return r.Name
}

// heat are the changes at all rates, to be seen at once.
func (r rated) heat() []heatGroup {
	group := heatGroup{Title: "the whole service"}
	for _, unit := range r.shown() {
		group.Rows = append(group.Rows, r.heatRow(ratedTitle(unit), unit))
	}
	groups := []heatGroup{group}
	what := r.felt()
	tiers, adapters := heatGroup{Title: "tiers: median " + felt(what)}, heatGroup{Title: "adapters: median " + felt(what)}
	for _, s := range r.whom() {
		unit := s.unit("p50", what)
		switch {
		case !r.has(unit):
		case s.tier:
			tiers.Rows = append(tiers.Rows, r.heatRow(s.title(), unit))
		default:
			adapters.Rows = append(adapters.Rows, r.heatRow(s.title(), unit))
		}
	}
	for _, g := range []heatGroup{tiers, adapters} {
		if len(g.Rows) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func (r rated) heatRow(title, unit string) heatRow {
	row := heatRow{Title: title, Unit: "%"}
	if inPoints(unit) {
		row.Unit = "points"
	}
	for _, p := range r.points {
		row.Cells = append(row.Cells, p.heatCell(unit))
	}
	return row
}

var shades = map[int]string{-3: "g3", -2: "g2", -1: "g1", 1: "w1", 2: "w2", 3: "w3"}

// heatCell is the change of a metric at a rate. Latencies of two sides that both fall behind say how long they were run,
// and are not shaded.
func (p ratePoint) heatCell(unit string) heatCell {
	change, m := p.ratedChange(unit), p.of.Metric(unit)
	c := heatCell{Text: moved(change), Class: shades[p.shade(unit)]}
	v, judged := p.verdict(unit)
	switch baseline, candidate := p.saturated(); {
	case judged && v.Fails:
		c.Class, c.Outcome = "fails", string(v.Outcome)
		if v.Outcome != policy.Regressed && v.Outcome != policy.Drifted {
			c.Class = "fails unsure"
		}
	case judged && v.Outcome != policy.OK:
		c.Outcome = string(v.Outcome)
	case judged:
		c.Class = "judged"
	case baseline && candidate && policy.IsTime(unit):
		c.Class = "dim"
	}
	if !math.IsNaN(change) {
		s := ratedScale(unit, []float64{m.Baseline.Median, m.Candidate.Median})
		c.Title = withUnit(s.number(m.Baseline.Median)+" to "+s.number(m.Candidate.Median), cell(s.unit))
	}
	return c
}

// mostNumbers is how many rows the table of numbers has.
const mostNumbers = 700

// numbers are the medians of both sides, by metric and rate: of the service, and while there is room of tiers and adapters.
func (r rated) numbers() []ratedNumbers {
	units := r.shown()
	for _, s := range r.whom() {
		units = append(units, s.unit("p50", r.felt()))
	}
	var all []ratedNumbers
	rows := 0
	for _, unit := range units {
		baseline, candidate := r.values(unit)
		s := ratedScale(unit, baseline, candidate)
		n := ratedNumbers{Title: ratedTitle(unit), Unit: cell(s.unit)}
		for i, p := range r.points {
			n.Rows = append(n.Rows, ratedNumber{
				exact(p.rate), orMissing(s, baseline[i]), orMissing(s, candidate[i]), moved(p.ratedChange(unit)),
			})
		}
		if rows += len(n.Rows); rows > mostNumbers {
			break
		}
		all = append(all, n)
	}
	return all
}

func orMissing(s scale, v float64) string {
	if math.IsNaN(v) {
		return missing
	}
	return s.number(v)
}
