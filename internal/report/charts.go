package report

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/tailgate-go/tailgate/policy"
)

// pageCharts is what the page's script draws: numbers, and units and titles that it writes as text.
type pageCharts struct {
	Levels     figures          `json:"levels"` // of latencies, as log10(1/(1-q))
	Benchmarks []benchmarkChart `json:"benchmarks"`
	Cases      []ratedChart     `json:"cases"`
}

type benchmarkChart struct {
	Unit      string        `json:"unit"` // of the latencies
	Baseline  figures       `json:"baseline"`
	Candidate figures       `json:"candidate"`
	Shift     percents      `json:"shift"`
	Lo        percents      `json:"lo"`
	Hi        percents      `json:"hi"`
	Limits    [][2]float64  `json:"limits"` // of quantiles that are judged: level and percent
	Series    []seriesChart `json:"series"`
	Noise     noiseChart    `json:"noise"`
}

type seriesChart struct {
	Title     string     `json:"title"`
	Unit      string     `json:"unit"`
	Change    percents   `json:"change"` // a value a round; empty where runs are not paired
	Baseline  figures    `json:"baseline"`
	Candidate figures    `json:"candidate"`
	Limit     percents   `json:"limit"` // one, if the rule has any; the candidate is worse beyond it
	Looks     []percents `json:"looks"` // rounds, estimate, lower and upper end
}

type noiseChart struct {
	Stalls   figures `json:"stalls"`
	Switches figures `json:"switches"`
	Steal    figures `json:"steal"`
	Load     figures `json:"load"`
}

// figures are numbers of four digits; null when they are infinite or none.
type figures []float64

// MarshalJSON writes as little as shows in a chart.
func (f figures) MarshalJSON() ([]byte, error) {
	return numbers(f, func(b []byte, v float64) []byte { return strconv.AppendFloat(b, v, 'g', 4, 64) }), nil
}

// percents are numbers with two decimals, as everywhere in a report; null when they are infinite or none.
type percents []float64

// MarshalJSON leaves out zeros at the end.
func (p percents) MarshalJSON() ([]byte, error) {
	return numbers(p, func(b []byte, v float64) []byte { return strconv.AppendFloat(b, math.Round(100*v)/100, 'g', -1, 64) }), nil
}

func numbers(values []float64, add func([]byte, float64) []byte) []byte {
	b := []byte{'['}
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		if !isFinite(v) || math.Abs(v) > math.MaxFloat64/100 {
			b = append(b, "null"...)
			continue
		}
		b = add(b, v)
	}
	return append(b, ']')
}

// seriesText says what a chart of rounds or runs shows.
type seriesText struct {
	Title, Text string
	Paired      bool
}

// chart adds the benchmark's charts to the page's, with what they say in words, and returns how many bytes they take.
func (p *pagePart) chart(all *pageCharts, d Detail, g group) int {
	if all.Levels == nil {
		for _, q := range Levels() {
			all.Levels = append(all.Levels, -math.Log10(1-q))
		}
	}
	c := benchmarkChart{}
	p.curves(&c, d, g)
	for _, s := range d.Series {
		for _, v := range g.verdicts {
			if v.Unit == s.Unit && len(s.Baseline) > 0 && len(s.Candidate) > 0 {
				chart, text := newSeries(s, v)
				c.Series, p.Series = append(c.Series, chart), append(p.Series, text)
			}
		}
	}
	c.Noise, p.Disturbances = newNoise(d.Rounds, g.of.Noise)
	if len(c.Baseline) == 0 && len(c.Series) == 0 && p.Disturbances == "" {
		return 0
	}
	p.Chart = len(all.Benchmarks)
	all.Benchmarks = append(all.Benchmarks, c)
	data, err := json.Marshal(c)
	if err != nil { // of strings and numbers it cannot fail
		return mostCharts
	}
	return len(data)
}

// curves fills in the latencies of both sides.
func (p *pagePart) curves(c *benchmarkChart, d Detail, g group) {
	levels := Levels()
	n := min(len(d.Baseline), len(d.Candidate), len(levels))
	if n < 2 {
		return
	}
	s := scaleOf("p50-ns", d.Baseline[n-1], d.Candidate[n-1])
	c.Unit = s.unit
	for i := range n {
		c.Baseline, c.Candidate = append(c.Baseline, d.Baseline[i]/s.size), append(c.Candidate, d.Candidate[i]/s.size)
	}
	p.Curves = "All requests: "
	for i, q := range []float64{0.5, 0.95, 0.99} {
		at := slices.Index(levels, q)
		if at >= n {
			break
		}
		if i > 0 {
			p.Curves += "; "
		}
		p.Curves += fmt.Sprintf("%s %s to %s %s", level(q), s.number(d.Baseline[at]), s.number(d.Candidate[at]), s.unit)
	}
	p.Curves = tight(p.Curves + ".")
	for i, e := range d.Shift[:min(len(d.Shift), n)] {
		c.Shift, c.Lo, c.Hi = append(c.Shift, e.Change), append(c.Lo, e.Bounds.Lo), append(c.Hi, e.Bounds.Hi)
		if q := levels[i]; q == 0.5 || q == 0.95 {
			p.Shift += fmt.Sprintf("%s %s %%, %s; ", level(q), percent(e.Change), within(e.Bounds))
		}
	}
	if p.Shift != "" {
		p.Shift = tight(fmt.Sprintf("Round by round: %sthe band is at a level of %s %%.",
			p.Shift, exact(math.Round(1e4*(1-d.Alpha))/100)))
	}
	for _, v := range g.verdicts {
		limit, worse := limitPercent(v), worsening(v, 1)
		if q, stage, ok := policy.Percentile(v.Unit); ok && stage == "" && q < 100 && limit > 0 {
			c.Limits = append(c.Limits, [2]float64{-math.Log10(1 - q/100), worse * limit})
		}
	}
}

func level(q float64) string { return "p" + exact(math.Round(1e4*q)/100) }

func within(b policy.Bounds) string {
	if !finite(b) {
		return "unbounded"
	}
	return percent(b.Lo) + " % to " + percent(b.Hi) + " %"
}

func newSeries(s Series, v policy.Verdict) (seriesChart, seriesText) {
	n := min(len(s.Baseline), len(s.Candidate))
	scale := scaleOf(s.Unit, v.Baseline.Median, v.Candidate.Median)
	c := seriesChart{Title: cell(title(s.Unit)), Unit: cell(scale.unit)}
	if limit := limitPercent(v); limit > 0 && isFinite(limit) {
		c.Limit = percents{worsening(v, limit)}
	}
	text := seriesText{Title: c.Title, Paired: v.Paired}
	if !v.Paired {
		for side, values := range [][]float64{s.Baseline, s.Candidate} {
			to := []*figures{&c.Baseline, &c.Candidate}[side]
			for _, value := range values {
				*to = append(*to, value/scale.size)
			}
		}
		text.Text = fmt.Sprintf("%d runs of the baseline about %s %s, %d of the candidate about %s %s.",
			v.Baseline.N, scale.number(v.Baseline.Median), scale.unit, v.Candidate.N, scale.number(v.Candidate.Median), scale.unit)
		text.Text = tight(text.Text)
		return c, text
	}
	worst := 0
	for i := range n {
		change := 100 * (s.Candidate[i]/s.Baseline[i] - 1)
		c.Change = append(c.Change, change)
		if len(c.Limit) > 0 && worsening(v, change) > limitPercent(v) {
			worst++
		}
	}
	for _, l := range s.Looks {
		c.Looks = append(c.Looks, percents{float64(l.Rounds), l.Change, l.Bounds.Lo, l.Bounds.Hi})
	}
	if n := len(s.Looks); n > 0 {
		last := s.Looks[n-1]
		text.Text = fmt.Sprintf("At %s, the last after %s: %s %%, %s. ", count(n, "look", "looks"), count(last.Rounds, "round", "rounds"),
			percent(last.Change), within(last.Bounds))
	}
	if len(c.Limit) > 0 {
		text.Text += fmt.Sprintf("Beyond the limit of %[3]s %%: %[1]d of %[2]s.", worst, count(n, "round", "rounds"), percent(c.Limit[0]))
	}
	text.Text = tight(text.Text)
	return c, text
}

// newNoise is empty when nothing was watched, and its text says the most that was seen.
func newNoise(rounds []policy.Noise, all policy.Noise) (noiseChart, string) {
	var c noiseChart
	var most policy.Noise
	for _, r := range rounds {
		c.Stalls, c.Switches = append(c.Stalls, r.Stalls), append(c.Switches, r.Switches)
		c.Steal, c.Load = append(c.Steal, r.Steal), append(c.Load, r.Load)
		most.Stalls, most.Switches = max(most.Stalls, r.Stalls), max(most.Switches, r.Switches)
		most.Steal, most.Load = max(most.Steal, r.Steal), max(most.Load, r.Load)
	}
	text := ""
	if !all.SawTurns() {
		c.Stalls, c.Switches = nil, nil
	} else if len(rounds) > 0 {
		text = fmt.Sprintf("At most %s stalls over 1 ms and %s involuntary switches a second in a round. ",
			short(most.Stalls), short(most.Switches))
	}
	if !all.SawMachine() {
		c.Steal, c.Load = nil, nil
	} else if len(rounds) > 0 {
		text += fmt.Sprintf("At most %s %% of CPU time stolen by the host, and a load of %s.",
			rounded(most.Steal, 1), rounded(most.Load, 2))
	}
	return c, text
}
