package report

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// mostRatedCharts is how many bytes the data of the charts of all cases may have.
const mostRatedCharts = 256 << 10

// ratedChart is what the page draws of a case. Lists of values have one for each rate, and null where it is not known.
type ratedChart struct {
	Rates []float64    `json:"rates"`
	Names []string     `json:"names"` // of the rates
	Knees [2]int       `json:"knees"` // place of the first rate at which a side falls behind; -1
	Focus int          `json:"focus"` // place of the rate to look at first
	Lines []ratedLines `json:"lines"`
	Whom  []whomChart  `json:"whom"`
	Guide []guideChart `json:"guide"`
}

// ratedLines is a metric against the rate.
type ratedLines struct {
	Unit   string      `json:"unit"`
	Curves []ratedLine `json:"curves"` // at most two: the first is drawn dashed where there is another
}

type ratedLine struct {
	Name      string     `json:"name"`
	Baseline  figures    `json:"baseline"`
	Candidate figures    `json:"candidate"`
	Bands     [4]figures `json:"bands"` // baseline's low and high, candidate's low and high; empty where no runs are known
}

// whomChart compares tiers or adapters by one metric.
type whomChart struct {
	Title     string    `json:"title"`
	Unit      string    `json:"unit"`
	Names     []string  `json:"names"`
	Baseline  []figures `json:"baseline"` // by name and rate
	Candidate []figures `json:"candidate"`
}

// guideChart is a core metric of the guide.
type guideChart struct {
	Unit      string   `json:"unit"`
	Better    int      `json:"better"` // 1: higher, -1: lower, 0: neither
	At        []int    `json:"at"`     // places of the rates common to both sides
	Baseline  figures  `json:"baseline"`
	Candidate figures  `json:"candidate"`
	Change    percents `json:"change"`
}

// charts adds the case's charts to the page's, and to v what they say in words. It returns how many bytes they take.
func (r rated) charts(v *ratedView, all *pageCharts) int {
	c := ratedChart{Knees: [2]int{r.knee(0), r.knee(1)}, Focus: r.focus()}
	for _, p := range r.points {
		c.Rates, c.Names = append(c.Rates, p.rate), append(c.Names, exact(p.rate))
	}
	if len(r.points) > 1 {
		r.lines(&c, v)
		r.guide(&c, v)
	}
	r.whomCharts(&c, v)
	v.Chart = len(all.Cases)
	all.Cases = append(all.Cases, c)
	data, err := json.Marshal(c)
	if err != nil { // of strings and finite numbers it cannot fail
		return mostRatedCharts
	}
	return len(data)
}

// ratedFigures are the charts against the rate, with the metrics in them.
var ratedFigures = []struct {
	title string
	units []string
}{
	{"Latency", []string{"p50-ns", "p95-ns"}},
	{"Time to first token", []string{"p50-ttft-ns", "p95-ttft-ns"}},
	{"Time per output token", []string{"p50-tpot-ns", "p95-tpot-ns"}},
	{"Output tokens", []string{"output-tok/min"}},
	{"Throughput", []string{"req/s"}},
	{"Errors", []string{"errors-percent"}},
	{"Goodput", []string{"goodput-percent"}},
}

func (r rated) lines(c *ratedChart, v *ratedView) {
	for _, f := range ratedFigures {
		units := slices.DeleteFunc(slices.Clone(f.units), func(unit string) bool { return !r.has(unit) })
		if len(units) == 0 {
			continue
		}
		var all [][]float64
		for _, unit := range units {
			baseline, candidate := r.values(unit)
			all = append(all, baseline, candidate)
		}
		s := ratedScale(units[0], all...)
		lines, runs := ratedLines{Unit: cell(s.unit)}, 0
		told := units[len(units)-1]
		for i, unit := range units {
			name, _, _ := strings.Cut(ratedTitle(unit), " ")
			bands, n := r.bands(unit, s)
			if runs = max(runs, n); n > 0 { // for it is judged
				told = unit
			}
			lines.Curves = append(lines.Curves, ratedLine{name, scaledTo(s, all[2*i]), scaledTo(s, all[2*i+1]), bands})
		}
		c.Lines = append(c.Lines, lines)
		v.Lines = append(v.Lines, figureText{f.title, tight(r.linesText(told, s, runs))})
	}
}

func scaledTo(s scale, values []float64) figures {
	all := make(figures, len(values))
	for i, v := range values {
		all[i] = v / s.size
	}
	return all
}

// bands are, at each rate of which runs are known, the interval of each side's median; runs is the most that one rests on.
func (r rated) bands(unit string, s scale) (bands [4]figures, runs int) {
	for i, p := range r.points {
		if p.detail == nil {
			continue
		}
		for _, series := range p.detail.Series {
			if series.Unit != unit {
				continue
			}
			for side, values := range [][]float64{series.Baseline, series.Candidate} {
				lo, hi, ok := medianInterval(values)
				if !ok {
					continue
				}
				for end, value := range []float64{lo, hi} {
					b := &bands[2*side+end]
					if *b == nil {
						*b = slices.Repeat(figures{math.NaN()}, len(r.points))
					}
					(*b)[i] = value / s.size
				}
				runs = max(runs, len(values))
			}
		}
	}
	return bands, runs
}

// linesText says where the metric changed most, and what the bands are that rest on so many runs.
func (r rated) linesText(unit string, s scale, runs int) string {
	at, baseline, candidate := r.common(unit)
	if len(at) == 0 {
		return fmt.Sprintf("%s: only one side has it.", headed(unit))
	}
	most, change := 0, math.NaN()
	for i := range at {
		if c := r.points[at[i]].ratedChange(unit); !math.IsInf(c, 0) && (math.IsNaN(change) || math.Abs(c) > math.Abs(change)) {
			most, change = i, c
		}
	}
	text := fmt.Sprintf("%s changed most at %s: %s to %s", headed(unit), atRate(r.points[at[most]].rate), s.number(baseline[most]),
		withUnit(s.number(candidate[most]), s.unit))
	if !math.IsNaN(change) {
		text += ", " + movedBy(unit, change)
	}
	if slices.Equal(baseline, candidate) {
		least, greatest := slices.Min(baseline), slices.Max(baseline)
		text = fmt.Sprintf("%s: no difference at any rate, from %s to %s",
			headed(unit), s.number(least), withUnit(s.number(greatest), s.unit))
		if least == greatest {
			text = fmt.Sprintf("%s: %s at each rate, on both sides", headed(unit), withUnit(s.number(least), s.unit))
		}
	}
	switch {
	case runs >= fewestRuns:
		text += fmt.Sprintf(". Bands: where the median of up to %d runs lies, at 95 %%", runs)
	case runs > 1:
		text += fmt.Sprintf(". Bands: from the least to the greatest of up to %d runs", runs)
	}
	return text + "."
}

// whomCharts are those of tiers and of adapters, by each metric there is of them.
func (r rated) whomCharts(c *ratedChart, v *ratedView) {
	for _, m := range []struct{ statistic, what string }{
		{"p50", "ttft"}, {"p95", "ttft"}, {"p50", "latency"}, {"p95", "latency"}, {"p50", "tpot"},
	} {
		for _, tiers := range []bool{true, false} {
			chart := whomChart{}
			var all [][]float64
			for _, s := range r.whom() {
				if unit := s.unit(m.statistic, m.what); s.tier == tiers && r.has(unit) {
					baseline, candidate := r.values(unit)
					all = append(all, baseline, candidate)
					chart.Names = append(chart.Names, s.title())
				}
			}
			if len(all) == 0 {
				continue
			}
			scale := ratedScale("p50-ns", all...)
			for i := 0; i < len(all); i += 2 {
				chart.Baseline, chart.Candidate =
					append(chart.Baseline, scaledTo(scale, all[i])), append(chart.Candidate, scaledTo(scale, all[i+1]))
			}
			of := "adapters"
			if tiers {
				of = "tiers"
			}
			chart.Unit, chart.Title = scale.unit, fmt.Sprintf("%s of %s", ratedTitle(m.statistic+"-"+m.what+"-ns"), of)
			c.Whom = append(c.Whom, chart)
		}
	}
	if len(c.Whom) > 0 {
		v.Whom = "Both sides of each tier and each adapter, at one rate. An adapter with few requests varies by luck."
	}
}
