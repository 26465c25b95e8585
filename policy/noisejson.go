package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
)

// noiseJSON is a Noise as JSON has it. What was not looked for is null, and so is what JSON has no number for.
type noiseJSON struct {
	Method      string   `json:"method"`
	Rounds      int      `json:"rounds"`
	Launches    int      `json:"launches"`
	Seconds     *float64 `json:"seconds"`
	Operations  *int     `json:"turn_operations"`
	Turn        *float64 `json:"turn_seconds"`
	Stalls      *float64 `json:"stalls_per_second"`
	Switches    *float64 `json:"involuntary_switches_per_second"`
	Alternation *float64 `json:"alternation_percent"`
	Steal       *float64 `json:"steal_percent"`
	Busy        *float64 `json:"busy_percent"`
	Load        *float64 `json:"load"`
}

// MarshalJSON is n as verdict.json and the manifests of shards have it.
func (n Noise) MarshalJSON() ([]byte, error) {
	known := func(x float64, seen bool) *float64 {
		if !seen || math.IsInf(x, 0) || math.IsNaN(x) {
			return nil
		}
		return &x
	}
	var operations *int
	if n.Operations > 0 {
		operations = &n.Operations
	}
	return json.Marshal(noiseJSON{
		n.Method, n.Rounds, n.Launches, known(n.Seconds, true), operations, known(n.Turn, n.Operations > 0),
		known(n.Stalls, n.SawTurns()), known(n.Switches, n.SawTurns()), known(n.Alternation, n.SawTurns()),
		known(n.Steal, n.SawMachine()), known(n.Busy, n.SawMachine()), known(n.Load, n.SawMachine()),
	})
}

// UnmarshalJSON reads what MarshalJSON wrote, and refuses other fields. What is null is 0.
func (n *Noise) UnmarshalJSON(data []byte) error {
	var in noiseJSON
	strict := json.NewDecoder(bytes.NewReader(data))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&in); err != nil {
		return fmt.Errorf("noise: %v", err) // without the offset of a part, which would be taken for that of the whole
	}
	zero := func(x *float64) float64 {
		if x == nil {
			return 0
		}
		return *x
	}
	operations := 0
	if in.Operations != nil {
		operations = *in.Operations
	}
	*n = Noise{
		Method: in.Method, Rounds: in.Rounds, Launches: in.Launches, Seconds: zero(in.Seconds),
		Operations: operations, Turn: zero(in.Turn), Stalls: zero(in.Stalls), Switches: zero(in.Switches),
		Alternation: zero(in.Alternation), Steal: zero(in.Steal), Busy: zero(in.Busy), Load: zero(in.Load),
	}
	return nil
}
