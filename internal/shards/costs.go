package shards

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/tailgate-go/tailgate/policy"
)

// Costs are how long benchmarks took to measure in an earlier run. The zero value knows none.
type Costs struct {
	Sum  string // SHA-256 of the file that they were read from, in hexadecimal; empty when there is none
	took map[[2]string]time.Duration
}

// longest is more than a benchmark is ever measured; sums of a gate's benchmarks stay far from overflowing.
const longest = 1000 * time.Hour

// ParseCosts reads the verdict.json of an earlier gate, or of a merge. One that measured nothing is refused, unless benchmarks were
// unchanged.
func ParseCosts(data []byte) (Costs, error) {
	var verdict struct {
		Version    int `json:"version"`
		Benchmarks []struct {
			Package   string `json:"package"`
			Benchmark string `json:"benchmark"`
			Noise     *struct {
				Seconds float64 `json:"seconds"`
			} `json:"noise"`
		} `json:"benchmarks"`
		Verdicts []struct {
			Code policy.Code `json:"code"`
		} `json:"verdicts"`
	}
	if err := json.Unmarshal(data, &verdict); err != nil {
		return Costs{}, fmt.Errorf("it is no verdict.json: %w", err)
	}
	if verdict.Version != 1 {
		return Costs{}, fmt.Errorf("it is no verdict.json of version 1, but of %d", verdict.Version)
	}
	c := Costs{Sum: sum(data), took: map[[2]string]time.Duration{}}
	for _, b := range verdict.Benchmarks {
		if b.Noise == nil || b.Noise.Seconds == 0 {
			continue
		}
		if b.Noise.Seconds < 0 || b.Noise.Seconds > longest.Seconds() {
			return Costs{}, fmt.Errorf("%s took %v seconds: write 0 or more, and less than %.0f",
				b.Benchmark, b.Noise.Seconds, longest.Seconds())
		}
		// If a benchmark was measured with several GOMAXPROCS, its longest time counts.
		key := [2]string{b.Package, b.Benchmark}
		c.took[key] = max(c.took[key], time.Duration(math.Round(b.Noise.Seconds*1e6))*time.Microsecond)
	}
	unchanged := false
	for _, v := range verdict.Verdicts {
		unchanged = unchanged || v.Code == policy.Unchanged
	}
	if len(c.took) == 0 && !unchanged {
		return Costs{}, errors.New("it says of no benchmark how long it took to measure: " +
			"take the verdict.json of a gate that measured, or of a merge")
	}
	return c, nil
}

func (c Costs) of(j Job) (time.Duration, bool) {
	took, ok := c.took[[2]string{j.Package, j.Name}]
	return took, ok
}

// typical is the mean of the known costs of jobs, or a second if none is known.
func (c Costs) typical(jobs []Job) time.Duration {
	sum, n := time.Duration(0), 0
	for _, j := range jobs {
		if took, ok := c.of(j); ok && !j.Free {
			sum, n = sum+took, n+1
		}
	}
	if n == 0 {
		return time.Second
	}
	return sum / time.Duration(n)
}

// sum is the SHA-256 of data.
func sum(data []byte) string {
	of := sha256.Sum256(data)
	return hex.EncodeToString(of[:])
}
