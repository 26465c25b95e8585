package serving

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

const (
	filterLoadGenerator = "load-generator"
	filterVLLM          = "vllm"

	shareTolerance = 1e-6      // the guide's load generator has the same
	mostRate       = 1e6       // requests per second
	mostTalks      = 1_000_000 // conversations under way at once
	mostClients    = 100_000   // of a closed loop
)

var (
	nameForm     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	endsInNumber = regexp.MustCompile(`-[0-9]+$`)
	devices      = []string{"", "h100", "small", "kernel"}
	critical     = []string{"", "critical", "standard", "sheddable"}
)

// validate returns the path of what is wrong, and what is wrong with it.
func (s Scenario) validate() (path string, err error) {
	switch {
	case s.Version != 1:
		return "version", errors.New(`version: write "version": 1`)
	case !nameForm.MatchString(s.Name) || endsInNumber.MatchString(s.Name):
		return "name", fmt.Errorf("name is %q; write lower-case letters, digits and single hyphens, with no number after the last hyphen",
			s.Name)
	case s.Model == "":
		return "model", errors.New("model is missing; write the base model's name, as /v1/models lists it")
	}
	if field, err := s.Target.validate(); err != nil {
		return "target." + field, fmt.Errorf("target: %w", err)
	}
	for _, check := range []func() (string, error){
		s.checkStack, s.checkAdapters, s.checkDataset, s.checkCache, s.checkRequests, s.checkLoad, s.checkSweep,
	} {
		if path, err := check(); err != nil {
			return path, err
		}
	}
	return "", nil
}

func (s Scenario) checkStack() (path string, err error) {
	if !slices.Contains(devices, s.Stack.Device) {
		return "stack.device", fmt.Errorf("stack: device is %q; write h100, small or kernel", s.Stack.Device)
	}
	for _, f := range []struct {
		name  string
		value int
	}{
		{"replicas", s.Stack.Replicas}, {"max_loras", s.Stack.MaxLoras}, {"max_cpu_loras", s.Stack.MaxCPULoras},
		{"max_lora_rank", s.Stack.MaxLoraRank}, {"max_num_seqs", s.Stack.MaxNumSeqs}, {"max_model_len", s.Stack.MaxModelLen},
	} {
		if f.value < 0 {
			return "stack." + f.name, fmt.Errorf("stack: %s is %d; write a number above 0, or leave it out", f.name, f.value)
		}
	}
	return "", nil
}

func (s Scenario) checkAdapters() (path string, err error) {
	sum := 0.0
	seen := map[string]bool{}
	for i, a := range s.Adapters {
		path := fmt.Sprintf("adapters[%d]", i)
		switch {
		case a.Name == "" || seen[a.Name]:
			return path + ".name", fmt.Errorf("%s: name %q is empty or taken; write one as /v1/models lists it", path, a.Name)
		case !(a.Share > 0 && a.Share <= 1):
			return path + ".share", fmt.Errorf("%s: share is %v; write a part of 1 above 0", path, a.Share)
		case a.Tier != "" && !nameForm.MatchString(a.Tier) || endsInNumber.MatchString(a.Tier):
			return path + ".tier", fmt.Errorf(
				"%s: tier is %q; write lower-case letters, digits and single hyphens, with no number after the last hyphen", path, a.Tier)
		case !slices.Contains(critical, a.Criticality):
			return path + ".criticality", fmt.Errorf("%s: criticality is %q; write critical, standard or sheddable", path, a.Criticality)
		}
		seen[a.Name] = true
		sum += a.Share
	}
	if len(s.Adapters) > 0 && math.Abs(sum-1) > shareTolerance {
		return "adapters", fmt.Errorf("adapters: the shares sum to %.9g; make them sum to 1", sum)
	}
	return "", nil
}

func (s Scenario) checkDataset() (path string, err error) {
	d := s.Dataset
	if d.Synthetic != nil {
		if (d != Dataset{Synthetic: d.Synthetic, Seed: d.Seed}) {
			return "dataset", errors.New("dataset: synthetic prompts come from no file; leave file, turns, talks, filter and its bounds out")
		}
		if err := d.Synthetic.Validate(); err != nil {
			return "dataset.synthetic", fmt.Errorf("dataset: synthetic: %w", err)
		}
		return "", nil
	}
	switch {
	case d.File == "":
		return "dataset", errors.New("dataset: file is missing; write a conversation file's name, relative to the scenario's")
	case d.Talks < 0 || d.Talks > mostTalks || d.Talks > 0 && d.Turns != dataset.Growing:
		return "dataset.talks", fmt.Errorf("dataset: talks is %d; write 1 to %d conversations, where turns are growing, or leave it out",
			d.Talks, mostTalks)
	case d.Filter != "" && d.Filter != filterLoadGenerator && d.Filter != filterVLLM:
		return "dataset.filter", fmt.Errorf("dataset: filter is %q; write %q or %q", d.Filter, filterLoadGenerator, filterVLLM)
	case d.MaxInputTokens < 0 || d.MaxOutputTokens < 0:
		return "dataset", errors.New("dataset: max_input_tokens or max_output_tokens is negative; write tokens, or leave it out for 1024")
	case d.Filter == filterVLLM && (d.MaxInputTokens > 0 || d.MaxOutputTokens > 0):
		return "dataset", errors.New("dataset: the vllm filter has bounds of its own (prompt 1024, together 2048); " +
			"leave max_input_tokens and max_output_tokens out")
	}
	return "", nil
}

func (s Scenario) checkLoad() (path string, err error) {
	if path, err := s.checkPoints(); err != nil {
		return path, err
	}
	if (s.Duration != 0) == (s.Prompts != 0) || s.Duration < 0 || s.Prompts < 0 {
		return "duration", errors.New(`duration and prompts: write one of them, such as "duration": "300s"`)
	}
	if path, err := s.checkClosed(); err != nil {
		return path, err
	}
	for i, rate := range s.Rates {
		path := fmt.Sprintf("rates[%d]", i)
		if slices.Contains(s.Rates[:i], rate) {
			return path, fmt.Errorf("%s: %v stands twice; leave one out", path, rate)
		}
		if !(rate > 0 && rate <= mostRate) {
			return path, fmt.Errorf("%s is %v; write requests per second above 0, up to %v", path, rate, mostRate)
		}
		if s.promptsAt(rate) < 1 {
			return path, fmt.Errorf("%s: at %v req/s no request is sent in %v; raise the rate or the duration",
				path, rate, time.Duration(s.Duration))
		}
		if err := s.Load(rate).Validate(); err != nil {
			return path, fmt.Errorf("%s: %w", path, err)
		}
	}
	return s.checkWarmUp()
}

func (s Scenario) checkWarmUp() (path string, err error) {
	w := s.WarmUp
	switch {
	case w == (WarmUp{}):
		return "", nil
	case !(w.Rate > 0) || w.Rate > mostRate || w.Duration <= 0:
		return "warm_up", errors.New("warm_up: write a rate and a duration above 0, or leave it out")
	}
	if err := s.warmUpLoad().Validate(); err != nil {
		return "warm_up", fmt.Errorf("warm_up: %w", err)
	}
	return "", nil
}

// own are the fields of a request's body that a scenario makes, and n, since one reply is read.
var own = []string{
	"ignore_eos", "max_tokens", "messages", "model", "n", "prompt", "stream", "stream_options", "temperature", "top_p",
}

func (s Scenario) checkRequests() (path string, err error) {
	for _, field := range own {
		if _, ok := s.Body[field]; ok {
			return "body." + field, fmt.Errorf("body: the client makes %s by itself; leave it out, and see the scenario's own fields", field)
		}
	}
	switch {
	case s.Idle < 0 || s.Timeout < 0:
		return "timeout", errors.New("idle or timeout is negative; write a duration, such as \"30s\"")
	case s.MaxInFlight < 0:
		return "max_in_flight", fmt.Errorf("max_in_flight is %d; write how many requests may be under way, or leave it out",
			s.MaxInFlight)
	case s.Temperature != nil && !(*s.Temperature >= 0 && *s.Temperature <= 2):
		return "temperature", fmt.Errorf("temperature is %v; write 0 to 2", *s.Temperature)
	case s.TopP != nil && !(*s.TopP > 0 && *s.TopP <= 1):
		return "top_p", fmt.Errorf("top_p is %v; write a number above 0, to 1", *s.TopP)
	case s.SLO.TTFT < 0 || s.SLO.TPOT < 0 || s.SLO.E2E < 0:
		return "slo", errors.New("slo: a bound is negative; write a duration, such as \"500ms\"")
	case (s.SLO.TTFT > 0 || s.SLO.TPOT > 0) && !s.Stream:
		return "slo", errors.New("slo: without a stream there is no ttft and no tpot; set stream, or bound e2e alone")
	case !(s.MaxLagPercent >= 0):
		return "max_lag_percent", fmt.Errorf("max_lag_percent is %v; write a percentage of 1 ms, or leave it out for 50", s.MaxLagPercent)
	case s.MaxErrorPercent != nil && !(*s.MaxErrorPercent >= 0 && *s.MaxErrorPercent <= 100):
		return "max_error_percent", fmt.Errorf("max_error_percent is %v; write 0, where none may fail, to 100", *s.MaxErrorPercent)
	}
	return "", nil
}
