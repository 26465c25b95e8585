package report

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

func TestNoiseSaysOnlyWhatWasLookedFor(t *testing.T) {
	for _, c := range []struct {
		name  string
		noise policy.Noise
		want  string
	}{
		{"saved results", policy.Noise{}, ""},
		{"a system that tells nothing", policy.Noise{Method: "duet", Rounds: 12, Launches: 5, Seconds: 61.6, Stalls: 0.04},
			"measured in a duet, 12 rounds in 5 launches, 62 s; 0.0 stalls/s over 1 ms, 0.0 involuntary switches/s"},
		{"whole runs have no turns", policy.Noise{Method: "whole runs", Rounds: 8, Launches: 8, Seconds: 9.94, Busy: 100, Load: 2.345},
			"measured in whole runs, 8 rounds in 8 launches, 9.9 s; steal 0.0 %, CPUs 100 % busy, load 2.35"},
		{"turns of a request", policy.Noise{Method: "duet", Rounds: 8, Launches: 8, Seconds: 3, Operations: 1, Turn: 0.0052},
			"measured in a duet, 8 rounds in 8 launches, turns of an operation (5.2 ms), 3.0 s; 0.0 stalls/s over 1 ms, " +
				"0.0 involuntary switches/s"},
		{"turns of many iterations", policy.Noise{Method: "duet", Rounds: 8, Launches: 8, Seconds: 3, Operations: 52670, Turn: 0.0013},
			"measured in a duet, 8 rounds in 8 launches, turns of 52670 operations (1.3 ms), 3.0 s; 0.0 stalls/s over 1 ms, " +
				"0.0 involuntary switches/s"},
		{"neither", policy.Noise{Rounds: 1, Launches: 1, Seconds: 9.95}, "measured apart, 1 round in 1 launch, 10 s"},
		{"no numbers",
			policy.Noise{Method: "duet", Seconds: math.NaN(), Stalls: math.Inf(1), Switches: 1e300, Steal: -1, Busy: math.NaN()},
			"measured in a duet, 0 rounds in 0 launches, ? s; +inf stalls/s over 1 ms, 1.000e+300 involuntary switches/s, " +
				"steal -1.0 %, CPUs ? % busy, load 0.00"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, noise(c.noise)) })
	}
}

func TestJSONHasNoNoiseWhereNothingWasLookedFor(t *testing.T) {
	noise := func(name string) any {
		return decoded(t, documents[name]())["benchmarks"].([]any)[0].(map[string]any)["noise"]
	}
	assert.Nil(t, noise("ok"))
	runs := noise("whole-runs").(map[string]any)
	assert.Equal(t, "whole runs", runs["method"])
	for _, field := range []string{
		"turn_operations", "turn_seconds", "stalls_per_second",
		"involuntary_switches_per_second", "alternation_percent", "steal_percent", "busy_percent", "load",
	} {
		assert.Nil(t, runs[field], field)
	}
}

// A verdict that settled at an earlier look had fewer launches, and the noise does not tell how many.
func TestEvidenceHasTheLaunchesOfItsRounds(t *testing.T) {
	d := documents["duet"]()
	assert.Contains(t, d.Text(), "over 8 rounds, 5 launches, alpha")
	d.Report.Benchmarks[0].Noise.Rounds = 12
	assert.Contains(t, d.Text(), "over 8 rounds, alpha")
	d.Report.Verdicts[0].Percent, d.Report.Verdicts[0].Absolute = policy.Bounds{Hi: math.Inf(1)}, policy.Bounds{Hi: math.Inf(1)}
	assert.Contains(t, d.Text(), "interval unbounded: too few rounds")
}
