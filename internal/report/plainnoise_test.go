package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

func TestPlainNoise(t *testing.T) {
	of := func(all ...policy.Noise) (groups []group) {
		for _, n := range all {
			groups = append(groups, group{of: policy.Measured{Noise: n}})
		}
		return groups
	}
	none := policy.Noise{}
	duet := policy.Noise{Method: "duet", Rounds: 8, Launches: 5, Seconds: 10.2, Stalls: 3.14, Switches: 24.3, Busy: 55.2, Load: 0.52}
	turns := policy.Noise{Method: "duet", Rounds: 9, Launches: 9, Seconds: 2, Operations: 5000, Turn: 0.0013}
	whole := policy.Noise{Method: "whole runs", Rounds: 12, Launches: 5, Seconds: 3}
	for _, c := range []struct {
		name string
		of   []group
		want string
	}{
		{"nobody", nil, ""},
		{"nothing was looked for", of(none, none), ""},
		{"one is told as ever", of(none, whole), "measured in whole runs, 12 rounds in 5 launches, 3.0 s"},
		{"alike", of(duet, duet), "measured in a duet, 8 rounds in 5 launches each, 20 s together; 3.1 stalls/s over 1 ms, " +
			"24 involuntary switches/s, steal 0.0 %, CPUs 55 % busy, load 0.52"},
		{"what turns were", of(duet, turns, turns), "measured in a duet, 8 to 9 rounds in 5 to 9 launches each, " +
			"turns of 5000 operations (1.3 ms), 14 s together; 0.0 to 3.1 stalls/s over 1 ms, 0.0 to 24 involuntary switches/s, " +
			"steal 0.0 %, CPUs 55 % busy, load 0.52"},
		{"from least to most, of those that saw it", of(duet, whole), "measured 1 in a duet, 1 in whole runs, 8 to 12 rounds in " +
			"5 launches each, 13 s together; 3.1 stalls/s over 1 ms, 24 involuntary switches/s, steal 0.0 %, CPUs 55 % busy, load 0.52"},
	} {
		assert.Equal(t, c.want, plainNoise(c.of), c.name)
	}
}
