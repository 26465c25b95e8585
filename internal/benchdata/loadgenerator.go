package benchdata

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/internal/ratename"
)

// loadGenerator is a result file of the inference gateway's load generator (AI-Hypercomputer/inference-benchmark,
// benchmark_serving.py): one rate and one model, or all models together, which it calls weighted. What a Recorder reports under
// other names, or not at all, is left out. Its percentiles are interpolated.
type loadGenerator struct {
	Metrics map[string]json.RawMessage `json:"metrics"`
	Config  struct {
		Model string `json:"model"`
	} `json:"config"`
}

// mostLoadGenerator is the largest such file; they have 4 kB.
const mostLoadGenerator = 1 << 20

// weighted is the model of the file that has all models together.
const weighted = "weighted"

// field is a metric under the load generator's name, and what makes it the unit.
type field struct {
	name  string
	unit  string
	scale float64
}

// fields are those of the file since April 2025, and those before (#27), with the units that package workload/serving reports.
var fields = func() []field {
	all := []field{
		{"throughput", "tok/s", 1},
		{"throughput", "output-tok/min", 60},
		{"input_tokens_per_sec", "input-tok/s", 1},
		{"input_tokens_per_sec", "input-tok/min", 60},
		{"input_tokens_per_min", "input-tok/s", 1.0 / 60},
		{"input_tokens_per_min", "input-tok/min", 1},
		{"num_prompts_succeeded", "succeeded", 1},
	}
	for _, of := range []field{
		{"latency_ms", "", 1e6}, {"latency", "", 1e6},
		{"TTFT_ms", "ttft-", 1e6}, {"TTFT", "ttft-", 1e9},
		{"ITL_ms", "itl-", 1e6},
		{"normalized_time_per_output_token_ms", "normalized-", 1e6}, {"per_output_token_latency", "normalized-", 1e6},
	} {
		for _, stat := range []struct{ name, unit string }{{"median", "p50"}, {"p90", "p90"}, {"p99", "p99"}, {"avg", "mean"}} {
			all = append(all, field{stat.name + "_" + of.name, stat.unit + "-" + of.unit + "ns", of.scale})
		}
	}
	return all
}()

// readLoadGenerator reads such a file. Not ok if it is none, which the text's beginning says.
func readLoadGenerator(text []byte, name string) (set *Set, err error, ok bool) {
	if !bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) || !bytes.Contains(text, []byte(`"num_prompts_attempted"`)) {
		return nil, nil, false
	}
	line, fault := (&loadGenerator{}).line(text)
	if fault != nil {
		return nil, Problems{
			{File: name, Fact: "a result of the load generator, but " + fault.Error(), Fix: "save it again with --save-json-results"},
		}, true
	}
	set, err = Read(strings.NewReader(line), name)
	return set, err, true
}

// line is the file as a line of results.
func (g *loadGenerator) line(text []byte) (string, error) {
	d := json.NewDecoder(bytes.NewReader(text)) // it writes NaN and Infinity as they are no JSON, and those are refused
	if err := d.Decode(g); err != nil {
		return "", err
	}
	if _, err := d.Token(); err != io.EOF {
		return "", fmt.Errorf("something follows it")
	}
	if g.Config.Model == "" || strings.ContainsAny(g.Config.Model, " \t\r\n") {
		return "", fmt.Errorf("config.model is %q", g.Config.Model)
	}
	rate, err := g.number("request_rate")
	if err != nil {
		return "", err
	}
	attempted, err := g.number("num_prompts_attempted")
	if err != nil {
		return "", err
	}
	succeeded, err := g.number("num_prompts_succeeded")
	switch {
	case err != nil:
		return "", err
	case succeeded < 1 || succeeded > attempted || succeeded != math.Trunc(succeeded):
		return "", fmt.Errorf("%v of %v prompts succeeded", succeeded, attempted)
	}
	values := map[string]float64{"offered-req/s": rate}
	if g.Config.Model == weighted { // in the others it is the number of those that succeeded
		values["attempted"] = attempted
		values["errors-percent"] = 100 * (attempted - succeeded) / attempted
	}
	for _, f := range fields {
		if _, there := g.Metrics[f.name]; !there {
			continue
		}
		value, err := g.number(f.name)
		if err != nil {
			return "", err
		}
		if _, twice := values[f.unit]; twice {
			return "", fmt.Errorf("metrics has %s under an old and a new name", f.unit)
		}
		values[f.unit] = value * f.scale
	}
	if _, there := values["p90-ns"]; !there {
		return "", fmt.Errorf("metrics has neither p90_latency_ms nor p90_latency")
	}
	line := fmt.Sprintf("BenchmarkLoadGenerator/model=%s/%s %d", strings.ReplaceAll(g.Config.Model, "/", "-"), ratename.Of(rate),
		int(succeeded))
	for _, unit := range slices.Sorted(maps.Keys(values)) {
		value := values[unit]
		if strings.HasSuffix(unit, "-ns") {
			value = math.Round(value)
		}
		line += " " + strconv.FormatFloat(value, 'f', -1, 64) + " " + unit
	}
	return line + "\nPASS\n", nil
}

// number is a metric that must be there.
func (g *loadGenerator) number(name string) (float64, error) {
	var value *float64
	if err := json.Unmarshal(g.Metrics[name], &value); err != nil || value == nil {
		return 0, fmt.Errorf("metrics.%s is no number", name)
	}
	return *value, nil
}
