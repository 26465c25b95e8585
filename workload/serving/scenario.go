package serving

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/tailgate-go/tailgate/internal/strictjson"
	"github.com/tailgate-go/tailgate/workload"
	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// Scenario says what load a server gets. Its JSON form is that of scenario.schema.json; make one with [OpenScenario] or
// [ParseScenario].
type Scenario struct {
	Version     int    `json:"version"` // 1
	Schema      string `json:"$schema,omitempty"`
	Name        string `json:"name"` // lower-case letters, digits and hyphens: the case= of benchmarks
	Description string `json:"description,omitempty"`

	// Target is the server. Without a URL, whoever runs the scenario brings one, such as the embedded stack.
	Target Target `json:"target,omitzero"`

	// Stack is what the server behind the target is like: the embedded stack is started so, and a real one is taken at its word.
	Stack Stack `json:"stack,omitzero"`

	// Model is the base model's name, and Adapters what requests ask for instead. Without adapters they ask for the model.
	Model    string    `json:"model"`
	Adapters []Adapter `json:"adapters,omitempty"`

	Dataset  Dataset  `json:"dataset"`
	Arrivals Arrivals `json:"arrivals,omitzero"`

	// Rates are offered one after the other, each for Duration or with so many Prompts, of which one is set, with Idle between them.
	Rates    []float64 `json:"rates,omitempty"` // requests per second
	Duration Duration  `json:"duration,omitempty"`
	Prompts  int       `json:"prompts,omitempty"`
	WarmUp   WarmUp    `json:"warm_up,omitzero"`
	Idle     Duration  `json:"idle,omitempty"`

	Stream      bool     `json:"stream,omitempty"`
	IgnoreEOS   bool     `json:"ignore_eos,omitempty"`
	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"top_p,omitempty"`

	// Timeout is how long a request may take; 0 means 5 minutes. MaxInFlight is how many may be under way; 0 means any number.
	Timeout     Duration `json:"timeout,omitempty"`
	MaxInFlight int      `json:"max_in_flight,omitempty"`

	// SLO is what a request must keep to be good.
	SLO SLO `json:"slo,omitzero"`

	// Sweep looks for the highest rate at which the SLO holds, after the rates; the zero value is no sweep. With it there may be no
	// rates.
	Sweep Sweep `json:"sweep,omitzero"`

	// MaxErrorPercent is the share of requests that may fail before a rate is broken off; nil means 100, and 0 that none may.
	MaxErrorPercent *float64 `json:"max_error_percent,omitempty"`

	dir string // that file names are relative to
}

// Stack is an inference stack.
type Stack struct {
	Device      string `json:"device,omitempty"` // "h100", "small" or "kernel"
	Replicas    int    `json:"replicas,omitempty"`
	MaxLoras    int    `json:"max_loras,omitempty"` // adapters that a replica serves at once
	MaxCPULoras int    `json:"max_cpu_loras,omitempty"`
	MaxLoraRank int    `json:"max_lora_rank,omitempty"`
	MaxNumSeqs  int    `json:"max_num_seqs,omitempty"`
	MaxModelLen int    `json:"max_model_len,omitempty"` // tokens
}

// Adapter is a LoRA adapter, and its part in the traffic.
type Adapter struct {
	Name        string  `json:"name"`
	Share       float64 `json:"share"`          // above 0, to 1; the shares of all sum to 1
	Tier        string  `json:"tier,omitempty"` // adapters of one tier are also reported together
	Criticality string  `json:"criticality,omitempty"`
}

// Dataset says where prompts come from.
type Dataset struct {
	File            string        `json:"file"` // relative to the scenario's
	Turns           dataset.Turns `json:"turns,omitempty"`
	Filter          string        `json:"filter,omitempty"`            // "load-generator", the default, or "vllm"
	MaxInputTokens  int           `json:"max_input_tokens,omitempty"`  // of the load generator's filter; 0 means 1024
	MaxOutputTokens int           `json:"max_output_tokens,omitempty"` // likewise
	Seed            uint64        `json:"seed,omitempty"`
}

// Arrivals is the process by which requests come.
type Arrivals struct {
	Burstiness Burstiness `json:"burstiness,omitempty"` // see workload.Load; 0 means 1, Poisson
	Seed       uint64     `json:"seed,omitempty"`
}

// WarmUp is load before the first rate that counts for nothing.
type WarmUp struct {
	Rate     float64  `json:"rate"`
	Duration Duration `json:"duration"`
}

// SLO bounds the latencies of a good request; 0 means no bound.
type SLO struct {
	TTFT Duration `json:"ttft,omitempty"`
	TPOT Duration `json:"tpot,omitempty"`
	E2E  Duration `json:"e2e,omitempty"`
}

const defaultTimeout = 5 * time.Minute

// mostOfScenario is how many bytes a scenario may have: 10,000 adapters.
const mostOfScenario = 1 << 20

// OpenScenario reads the scenario in a file.
func OpenScenario(file string) (Scenario, error) {
	f, err := os.Open(file)
	if err != nil {
		return Scenario{}, fmt.Errorf("serving: scenario: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(f, mostOfScenario+1))
	if err = errors.Join(err, f.Close()); err == nil && len(data) > mostOfScenario {
		err = fmt.Errorf("%s: more than %d KiB: name a scenario", file, mostOfScenario>>10)
	}
	if err != nil {
		return Scenario{}, fmt.Errorf("serving: scenario: %w", err)
	}
	s, err := ParseScenario(file, data)
	s.dir = filepath.Dir(file)
	return s, err
}

// ParseScenario reads a scenario from JSON; name is the file's, for messages. Decoding is strict: what is unknown, doubled,
// of the wrong type or after the end is refused, with its line and column.
func ParseScenario(name string, data []byte) (Scenario, error) {
	at, err := strictjson.Read("scenario", data, "target.headers")
	if err != nil {
		return Scenario{}, fmt.Errorf("%s:%w", name, err)
	}
	var s Scenario
	path, err := at.Decode(&s)
	if err == nil {
		path, err = s.validate()
	}
	if err != nil {
		return Scenario{}, fmt.Errorf("%s:%s: %w", name, at.Position(path), err)
	}
	return s, nil
}

// promptsAt is how many requests are sent at a rate: int(rate * seconds), as the guide's script has it, or as many as the scenario
// says.
func (s Scenario) promptsAt(rate float64) int {
	if s.Prompts > 0 {
		return s.Prompts
	}
	return int(math.Floor(rate*time.Duration(s.Duration).Seconds() + 1e-9))
}

// Load is the load at a rate.
func (s Scenario) Load(rate float64) workload.Load {
	return workload.Load{
		Rate: rate, Requests: s.promptsAt(rate), Burstiness: float64(s.Arrivals.Burstiness), Seed: s.Arrivals.Seed,
		MaxInFlight: s.MaxInFlight, Timeout: s.timeout(),
	}
}

// mayFail is how many of n requests may fail before a rate is broken off.
func (s Scenario) mayFail(n int) int {
	if s.MaxErrorPercent == nil {
		return n
	}
	return int(*s.MaxErrorPercent / 100 * float64(n))
}

// warmUpLoad is the load before the first rate, which counts for nothing; its seed is none of a rate's. Without a warm-up it has no
// requests.
func (s Scenario) warmUpLoad() workload.Load {
	w := s.WarmUp
	return workload.Load{
		Rate: w.Rate, Requests: int(w.Rate * time.Duration(w.Duration).Seconds()), Seed: ^s.Arrivals.Seed, Timeout: s.timeout(),
	}
}

// Request is what is asked of a model for an entry of the dataset.
func (s Scenario) Request(model string, e dataset.Entry) Request {
	return Request{
		Model: model, Prompt: e.Prompt, MaxTokens: e.OutputTokens, Stream: s.Stream, IgnoreEOS: s.IgnoreEOS,
		Temperature: s.Temperature, TopP: s.TopP,
	}
}

// timeout is how long a request may take.
func (s Scenario) timeout() time.Duration {
	return time.Duration(cmp.Or(s.Timeout, Duration(defaultTimeout)))
}

// ReadDataset reads what prompts are drawn from. count counts tokens; nil means dataset.Estimate.
func (s Scenario) ReadDataset(count dataset.Counter) (dataset.Set, error) {
	file := s.Dataset.File
	if !filepath.IsAbs(file) {
		file = filepath.Join(s.dir, filepath.FromSlash(file))
	}
	return dataset.Open(file, dataset.Options{Turns: s.Dataset.Turns, Filter: s.Dataset.filter(), Count: count, Seed: s.Dataset.Seed})
}

func (d Dataset) filter() dataset.Filter {
	if d.Filter == filterVLLM {
		return dataset.VLLM()
	}
	return dataset.LoadGenerator(cmp.Or(d.MaxInputTokens, 1024), cmp.Or(d.MaxOutputTokens, 1024))
}

// Models is what each of n requests asks for: one weighted draw a request, independent of all others, as the guide's load generator
// draws. A share of 2 % of 6,000 requests is 120, give or take 11.
func (s Scenario) Models(n int) []string {
	models := make([]string, n)
	random := rand.New(rand.NewPCG(s.Arrivals.Seed, stream))
	for i := range models {
		models[i] = s.Model
		if len(s.Adapters) > 0 {
			models[i] = s.draw(random.Float64()).Name
		}
	}
	return models
}

// stream is the second half of the seed: which adapters are drawn does not depend on when requests come.
const stream = 0x6164617074657273

// draw is the adapter at x, 0 to 1, of all shares laid end to end.
func (s Scenario) draw(x float64) Adapter {
	for _, a := range s.Adapters {
		if x -= a.Share; x < 0 {
			return a
		}
	}
	return s.Adapters[len(s.Adapters)-1] // shares sum to 1 but for rounding
}
