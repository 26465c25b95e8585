package report

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

const (
	mostRows   = 2500      // verdicts in the page's table
	mostCharts = 480 << 10 // bytes of the charts' data
)

// page is what the template shows.
type page struct {
	pageCode
	Name, Headline      string
	Passes, History     bool
	Finding             []string // a line may break after each
	Evidence            []string
	Error               string
	Counts              []outcomeCount
	Rows                []pageRow
	RowsLeft, PartsLeft int
	Cases               []ratedView
	CasesLeft           int
	Parts               []pagePart
	Charts              pageCharts
	Baseline, Candidate Side
	Anchor              *Side
	Planted, PlantedIn  string
	Facts               []Fact
	Settings            []Setting
	Notes               []string
	Unjudged            []string
	Policy              string
	Again               []Command
	Began, Took, Out    string
}

type outcomeCount struct {
	Outcome policy.Outcome
	N       int
}

// pageRow is a verdict in the table. Sort has the values by which the columns of numbers are sorted.
type pageRow struct {
	Outcome                                             policy.Outcome
	Status                                              string
	Fails, Little                                       bool   // little: it saw little
	Part                                                string // the id of the benchmark's part; empty when there is none
	Name, Metric, Unit                                  string
	Baseline, Candidate                                 string
	Percent, Change, Interval, Limit, Floor, Detectable string
	Since                                               string // the change since the anchor
	SortBaseline, SortCandidate, SortChange, SortNoise  string
	Rank                                                int
	Bar                                                 *bar
}

// pagePart is one benchmark.
type pagePart struct {
	ID, Name, Package string
	Procs             int
	Status            string
	Outcome           policy.Outcome
	Open              bool
	Verdicts          []partVerdict
	Metrics           []partMetric
	Causes            []causeView
	Stages            *stages
	Noise             string
	Chart             int  // its place in the charts' data; -1 when it has none
	Full              bool // it has none because the page has no more room
	Curves            string
	Shift             string
	Series            []seriesText
	Disturbances      string
	Case              string // the id of the case that it is a rate of
}

type partMetric struct{ Stage, Metric, Unit, Baseline, Candidate, Change, Percent string }

type partVerdict struct {
	Outcome        policy.Outcome
	Status         string
	Title          string
	Change         string
	Interval       string
	Tested         string
	Limits, Reason string
	Floor          string // from where on it fails
	Little         bool   // it saw little
	Since          string // what is said of the change since the anchor
	Trailer        string // that would accept it; empty where none would
}

func (d Document) page() page {
	p := page{
		pageCode: newPageCode(), Name: cell(d.Name), Headline: cell(d.headline()), Passes: d.Passes(), History: d.History != nil,
		Finding: strings.SplitAfter(tight(d.finding()), "/"), Error: plain(cut(strings.Trim(d.Error, "\r\n"), mostOfError)),
		Baseline: d.Baseline.clean(), Candidate: d.Candidate.clean(), Planted: cell(d.Planted), PlantedIn: d.plantedIn(),
		Policy: policyText(d.Report.Policy),
		Took:   d.took(), Out: oneLine(cut(d.Out, mostOfReason)), Again: d.Again,
	}
	if d.Anchor != nil {
		anchor := d.Anchor.clean()
		p.Anchor = &anchor
	}
	if !d.Began.IsZero() {
		p.Began = d.Began.UTC().Format("2006-01-02 15:04 UTC")
	}
	for _, f := range d.environment() {
		p.Facts = append(p.Facts, Fact{cell(f.Name), cell(f.Value)})
	}
	if len(d.Phases) > 0 {
		p.Facts = append(p.Facts, Fact{"took", cell(d.spent())})
	}
	for _, s := range d.Settings {
		p.Settings = append(p.Settings, Setting{cell(s.Name), cell(s.Value), cell(s.Source)})
	}
	for _, note := range d.notes() {
		p.Notes = append(p.Notes, oneLine(cut(note, mostOfReason)))
	}
	for _, name := range some(d.unjudged(), "benchmarks") {
		p.Unjudged = append(p.Unjudged, cell(name))
	}
	for _, s := range d.evidence() {
		p.Evidence = append(p.Evidence, tight(s))
	}
	p.Counts = d.counts()
	parts := d.parts(&p)
	d.ratedViews(&p, parts)
	p.Rows, p.RowsLeft = d.pageRows(parts)
	return p
}

func (s Side) clean() Side {
	s.What, s.Why, s.Commit = oneLine(cut(s.What, mostOfReason)), oneLine(cut(s.Why, mostOfReason)), cell(s.Commit)
	return s
}

// counts are the outcomes that there are, the gravest first, of what was measured.
func (d Document) counts() []outcomeCount {
	var counts []outcomeCount
	for _, o := range byConcern {
		n := 0
		for _, v := range d.Report.Verdicts {
			if v.Outcome == o && !isUnchanged(v) {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, outcomeCount{o, n})
		}
	}
	return counts
}

// parts fills p with the benchmarks one by one, those that fail first, until there is no more room. It returns the id of each.
func (d Document) parts(p *page) map[policy.ID]string {
	groups := slices.DeleteFunc(d.groups(), func(g group) bool { return g.of.Name == "" })
	worst := func(g group) int { return gravity(slices.MaxFunc(g.verdicts, byGravity)) }
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(worst(b), worst(a)) })
	details := map[policy.ID]*Detail{}
	for i := range d.Details {
		at := &d.Details[i]
		details[at.ID] = at
	}
	ids, label := map[policy.ID]string{}, d.labels()
	room := mostCharts
	for i, g := range groups {
		if i >= MostDetails {
			p.PartsLeft = len(groups) - i
			break
		}
		slices.SortStableFunc(g.verdicts, func(a, b policy.Verdict) int { return byGravity(b, a) })
		id := g.of.ID
		ids[id] = fmt.Sprintf("b%d", i+1)
		part := newPart(ids[id], cell(label(g.verdicts[0])), g)
		for i, v := range g.verdicts {
			part.Verdicts[i].Trailer = plain(d.proposal(v))
		}
		part.Causes = d.causeViews(g.of.ID)
		part.Open = g.fails() || len(groups) == 1
		if detail := details[id]; detail != nil {
			if part.Full = room <= 0; !part.Full {
				room -= part.chart(&p.Charts, *detail, g)
			}
		}
		p.Parts = append(p.Parts, part)
	}
	return ids
}

func newPart(id, name string, g group) pagePart {
	p := pagePart{
		ID: id, Name: name, Package: cell(g.of.Package), Procs: g.of.Procs, Outcome: g.verdicts[0].Outcome, Status: status(g.verdicts[0]),
		Noise: noise(g.of.Noise), Chart: -1, Stages: newStages(g.of),
	}
	for _, v := range g.verdicts {
		s := newStatement(v)
		said := partVerdict{Outcome: v.Outcome, Status: status(v), Title: cell(g.title(v)), Change: s.change(), Interval: s.interval,
			Floor: sentence(caveat(v)), Little: v.SawLittle(), Since: plain(cut(sinceAnchor(v), mostOfReason))}
		if v.Outcome != policy.OK || s.percent == "" || v.Reason.Code == policy.SameCode { // of what is well the table says enough
			said.Tested, said.Limits, said.Reason =
				s.p, shortLimits(v.Rule), plain(cut(strings.Trim(beyondOutcome(v), "\r\n"), mostOfReason))
		}
		p.Verdicts = append(p.Verdicts, said)
	}
	for _, r := range rows(g.of, g.verdicts) {
		p.Metrics = append(p.Metrics, partMetric{
			cell(r.stage), cell(r.metric), cell(r.unit), r.baseline, r.candidate, r.change, r.percent,
		})
	}
	return p
}

var spaced = regexp.MustCompile(`(\d) (%|ms|us|ns|s|MB|B)\b|(\d) (%)`)

// tight keeps numbers and their units on one line.
func tight(s string) string { return spaced.ReplaceAllString(s, "$1$3\u00a0$2$4") }

// pageRows are the verdicts, what fails first, and how many are left out.
func (d Document) pageRows(parts map[policy.ID]string) (shown []pageRow, left int) {
	verdicts := d.told()
	slices.SortStableFunc(verdicts, func(a, b policy.Verdict) int { return byConcernOf(b, a) })
	left = max(0, len(verdicts)-mostRows)
	shown = make([]pageRow, 0, len(verdicts)-left)
	label, groups := d.labels(), map[policy.ID]group{}
	for _, g := range d.groups() {
		groups[g.of.ID] = g
	}
	for rank, v := range verdicts[:len(verdicts)-left] {
		r, s := newRow(v.Unit, v.Baseline, v.Candidate, v.ChangePercent), newStatement(v)
		row := pageRow{
			Outcome: v.Outcome, Status: status(v), Fails: v.Fails, Little: v.SawLittle(), Part: parts[v.ID], Rank: rank,
			Name: cell(label(v)), Metric: cell(groups[v.ID].title(v)), Unit: cell(r.unit), Baseline: r.baseline, Candidate: r.candidate,
			Since: shortSinceAnchor(v), Percent: missing, Limit: shortLimits(v.Rule), Floor: shortFloor(v), Detectable: missing,
			SortBaseline: sortable(v.Baseline.Median), SortCandidate: sortable(v.Candidate.Median),
			SortChange: sortable(v.ChangePercent), SortNoise: sortable(v.Detectable),
		}
		if s.percent != "" {
			row.Percent, row.Change = s.percent, s.amount
			row.Interval, row.Detectable, row.Bar = s.interval, s.detectable, newBar(v)
		}
		shown = append(shown, row)
	}
	return shown, left
}

// sortable is a number for the script to sort by, to six digits; what is not known comes last.
func sortable(v float64) string {
	if !isFinite(v) {
		v = math.MaxFloat64
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}
