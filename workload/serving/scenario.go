package serving

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/tailgate-go/tailgate/internal/bounded"
	"github.com/tailgate-go/tailgate/internal/replied"
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
	Cache    Cache    `json:"cache,omitempty"`
	Arrivals Arrivals `json:"arrivals,omitzero"`

	// Rates are offered one after the other, each for Duration or with so many Prompts, of which one is set, with Idle between them.
	Rates []float64 `json:"rates,omitempty"` // requests per second

	// Concurrency, in the place of Rates, are numbers of requests under way, tried one after the other, each with so many Prompts: the
	// next request is sent when one has its reply, and latencies count from then.
	Concurrency []int `json:"concurrency,omitempty"`

	// MaxRate, in the place of Rates, sends the Prompts as fast as it goes: none waits for its time, but only for a place among the
	// MaxInFlight that may be under way, which is 512 here if it is 0. Latencies count from when a request has its place.
	MaxRate bool `json:"max_rate,omitempty"`

	Duration Duration `json:"duration,omitempty"`
	Prompts  int      `json:"prompts,omitempty"`
	WarmUp   WarmUp   `json:"warm_up,omitzero"`
	Idle     Duration `json:"idle,omitempty"`

	// Body are more fields of each request's body, such as seed, stop and min_tokens, but none that the scenario makes by itself.
	Body map[string]json.RawMessage `json:"body,omitempty"`

	Stream      bool     `json:"stream,omitempty"`
	IgnoreEOS   bool     `json:"ignore_eos,omitempty"`
	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"top_p,omitempty"`

	// Timeout is how long a request may take; 0 means 5 minutes. MaxInFlight is how many may be under way; 0 means any number, or 512
	// with MaxRate.
	Timeout     Duration `json:"timeout,omitempty"`
	MaxInFlight int      `json:"max_in_flight,omitempty"`

	// MaxLagPercent bounds how late requests may be sent at a rate, in percent of 1 ms, as workload.Load has it; 0 means 50. A server
	// in the same process, or on the same machine, takes CPU time from the load generator, and wants more. A gate measures a round
	// again in which the load generator was later; without a gate the benchmark fails.
	MaxLagPercent float64 `json:"max_lag_percent,omitempty"`

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
	File            string        `json:"file,omitempty"` // relative to the scenario's
	Turns           dataset.Turns `json:"turns,omitempty"`
	Talks           int           `json:"talks,omitempty"`             // under way at once, where turns are growing; 0 means 20
	Filter          string        `json:"filter,omitempty"`            // "load-generator", the default, or "vllm"
	MaxInputTokens  int           `json:"max_input_tokens,omitempty"`  // of the load generator's filter; 0 means 1024
	MaxOutputTokens int           `json:"max_output_tokens,omitempty"` // likewise
	Seed            uint64        `json:"seed,omitempty"`

	// Synthetic makes prompts up, in the place of a file's.
	Synthetic *dataset.Synthetic `json:"synthetic,omitempty"`
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

const defaultTimeout = 5 * time.Minute

// mostOfScenario is how many bytes a scenario may have: 10,000 adapters.
const mostOfScenario = 1 << 20

// OpenScenario reads the scenario in a file.
func OpenScenario(file string) (Scenario, error) {
	data, err := bounded.ReadFile(file, mostOfScenario)
	if err != nil {
		return Scenario{}, fmt.Errorf("serving: scenario: %w", err)
	}
	s, err := ParseScenario(file, data)
	s.dir = filepath.Dir(file)
	if s.Target.CAFile != "" {
		s.Target.CAFile = s.path(s.Target.CAFile)
	}
	return s, err
}

// ParseScenario reads a scenario from JSON; name is the file's, for messages. Decoding is strict: what is unknown, doubled,
// of the wrong type or after the end is refused, with its line and column.
func ParseScenario(name string, data []byte) (Scenario, error) {
	at, err := strictjson.Read("scenario", data, "target.headers", "body")
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
		MaxInFlight: s.MaxInFlight, Timeout: s.timeout(), MaxLagPercent: s.MaxLagPercent,
	}
}

// mayFail is how many of n requests may fail before a rate is broken off.
func (s Scenario) mayFail(n int) int { return replied.MayFail(s.MaxErrorPercent, n) }

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
		Model: model, Prompt: e.Text(), MaxTokens: e.OutputTokens, Stream: s.Stream, IgnoreEOS: s.IgnoreEOS,
		Temperature: s.Temperature, TopP: s.TopP, Extra: s.Body,
	}
}

// timeout is how long a request may take.
func (s Scenario) timeout() time.Duration {
	return time.Duration(cmp.Or(s.Timeout, Duration(defaultTimeout)))
}

// ReadDataset reads what prompts are drawn from. count counts tokens; nil means dataset.Estimate.
func (s Scenario) ReadDataset(count dataset.Counter) (dataset.Set, error) {
	if s.Dataset.Synthetic != nil {
		return s.Dataset.Synthetic.Make(s.Dataset.Seed, s.cold())
	}
	return dataset.Open(s.path(s.Dataset.File), dataset.Options{
		Turns: s.Dataset.Turns, Talks: s.Dataset.Talks, Filter: s.Dataset.filter(), Count: count, Seed: s.Dataset.Seed, Cold: s.cold(),
	})
}

// path is where a file is that the scenario names.
func (s Scenario) path(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(s.dir, filepath.FromSlash(file))
}

func (d Dataset) filter() dataset.Filter {
	if d.Filter == filterVLLM {
		return dataset.VLLM()
	}
	return dataset.LoadGenerator(cmp.Or(d.MaxInputTokens, 1024), cmp.Or(d.MaxOutputTokens, 1024))
}

// Models is what each of n requests asks for, by the adapters' shares. Every block of 50 requests has one from each 50th of
// the shares, in random order, so an adapter of 2 % gets one in 50. Independent draws, as in the guide's load generator,
// leave it out of 160 requests one time in 25. The first models are the same whatever n is.
func (s Scenario) Models(n int) []string {
	models := make([]string, n)
	random := rand.New(rand.NewPCG(s.Arrivals.Seed, stream))
	var order []int
	for i := range models {
		models[i] = s.Model
		if len(s.Adapters) == 0 {
			continue
		}
		if i%strata == 0 {
			order = random.Perm(strata)
		}
		models[i] = s.draw((float64(order[i%strata]) + random.Float64()) / strata).Name
	}
	return models
}

// strata is how many requests divide all shares among them.
const strata = 50

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
