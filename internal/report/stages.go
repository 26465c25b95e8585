package report

import (
	"fmt"
	"math"

	"github.com/tailgate-go/tailgate/policy"
)

// stages are the medians of a benchmark's stages, one after the other, for both sides.
type stages struct {
	Unit  string
	Rows  []stageRow
	Bars  [2]stageBar
	Grown string // the stage that grew most; empty when none grew
}

type stageRow struct {
	Name                                 string
	Shade                                int
	Baseline, Candidate, Change, Percent string
}

type stageBar struct {
	Side   string
	Pieces []stagePiece
}

// stagePiece is a stage in the picture, which is stagesWidth wide.
type stagePiece struct {
	Shade    int
	X, Width float64
}

const (
	stagesWidth = 600
	stageShades = 6 // that the style sheet knows
	mostStages  = 12
)

// newStages is nil for a benchmark without stages on both sides.
func newStages(m policy.Measured) *stages {
	var found []policy.Metric
	total := [2]float64{}
	values := []float64{}
	for _, metric := range m.Metrics {
		part := statistic.FindStringSubmatch(metric.Unit)
		if part == nil || part[1] != "p50" || !isStage(part[4]) || metric.Baseline.N == 0 || metric.Candidate.N == 0 {
			continue
		}
		if v := metric.Baseline.Median + metric.Candidate.Median; v < 0 || !isFinite(v) || len(found) == mostStages {
			continue
		}
		found = append(found, metric)
		total[0] += metric.Baseline.Median
		total[1] += metric.Candidate.Median
		values = append(values, metric.Baseline.Median, metric.Candidate.Median)
	}
	longest := max(total[0], total[1])
	if len(found) == 0 || !(longest > 0) {
		return nil
	}
	scale := scaleOf("p50-ns", values...)
	s := &stages{Unit: scale.unit, Bars: [2]stageBar{{Side: "baseline"}, {Side: "candidate"}}}
	x, most := [2]float64{}, 0.0
	for i, metric := range found {
		name, _ := stageAndMetric(metric.Unit)
		name = cell(name)
		change := metric.Candidate.Median - metric.Baseline.Median
		s.Rows = append(s.Rows, stageRow{name, i % stageShades,
			scale.number(metric.Baseline.Median), scale.number(metric.Candidate.Median), scale.signed(change),
			percent(metric.ChangePercent)})
		if change > most {
			most = change
			s.Grown = tight(fmt.Sprintf("%s grew most: %s %s at the median, %s %%",
				name, scale.signed(change), scale.unit, percent(metric.ChangePercent)))
		}
		for side, v := range []float64{metric.Baseline.Median, metric.Candidate.Median} {
			width := stagesWidth * v / longest
			s.Bars[side].Pieces = append(s.Bars[side].Pieces, stagePiece{i % stageShades, tenth(x[side]), tenth(width)})
			x[side] += width
		}
	}
	return s
}

func tenth(x float64) float64 { return math.Round(10*x) / 10 }
