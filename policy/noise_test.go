package policy

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNoiseAsJSON(t *testing.T) {
	whole := Noise{Method: "duet", Rounds: 8, Launches: 5, Seconds: 3.5, Operations: 5000, Turn: 0.0013,
		Stalls: 1.25, Switches: 7, Alternation: 0.5, Steal: 0.25, Busy: 60, Load: 1.5}
	for _, c := range []struct {
		name string
		n    Noise
		want Noise
	}{
		{"all of it is read as it was written", whole, whole},
		{
			"of whole runs no turns are known", Noise{Method: "whole runs", Rounds: 3, Stalls: 9, Busy: 60, Load: 2},
			Noise{Method: "whole runs", Rounds: 3, Busy: 60, Load: 2},
		},
		{"where the system tells nothing", Noise{Method: "duet", Stalls: 2, Load: 3}, Noise{Method: "duet", Stalls: 2}},
		{"no turns", Noise{Method: "whole runs", Turn: 3}, Noise{Method: "whole runs"}},
		{"what is no number", Noise{Method: "duet", Seconds: math.NaN(), Stalls: math.Inf(1)}, Noise{Method: "duet"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, err := json.Marshal(c.n)
			require.NoError(t, err)
			var got Noise
			require.NoError(t, json.Unmarshal(data, &got))
			assert.Equal(t, c.want, got)
		})
	}
	data, err := json.Marshal(Noise{Method: "whole runs", Seconds: 2})
	require.NoError(t, err)
	assert.JSONEq(t, `{"method": "whole runs", "rounds": 0, "launches": 0, "seconds": 2, "turn_operations": null, "turn_seconds": null,
		"stalls_per_second": null, "involuntary_switches_per_second": null, "alternation_percent": null, "steal_percent": null, "busy_percent": null, "load": null}`,
		string(data))

	var n Noise
	assert.ErrorContains(t, json.Unmarshal([]byte(`{"method": "duet", "hum": 1}`), &n), "hum")
	assert.ErrorContains(t, json.Unmarshal([]byte(`{"rounds": "eight"}`), &n), "noise: ")
}
