package serving

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

// Duration is a time.Duration that has its unit in JSON: "300s".
type Duration time.Duration

// MarshalText writes it with its unit.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration; write one with its unit, such as \"300s\"", text)
	}
	*d = Duration(parsed)
	return nil
}

// Burstiness is that of workload.Load; in JSON a number, or "constant" for +Inf.
type Burstiness float64

const constant = "constant"

// MarshalJSON writes the number or the word.
func (b Burstiness) MarshalJSON() ([]byte, error) {
	if math.IsInf(float64(b), 1) {
		return json.Marshal(constant)
	}
	return json.Marshal(float64(b))
}

// UnmarshalJSON reads the number or the word.
func (b *Burstiness) UnmarshalJSON(text []byte) error {
	if string(text) == `"`+constant+`"` {
		*b = Burstiness(math.Inf(1))
		return nil
	}
	var number float64
	if err := json.Unmarshal(text, &number); err != nil || string(text) == "null" {
		return errors.New(`burstiness is neither a number nor "constant"; write 1 for Poisson arrivals`)
	}
	*b = Burstiness(number)
	return nil
}
