package serving

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
)

// Stages are the times of replies that are reported beside those of all requests together: those per output token, of an adapter,
// and of the adapters of a tier. The zero value has no adapters.
type Stages struct {
	stream bool
	names  map[string]names // by model
}

// names are what an adapter and its tier are called in names of stages; empty where there is none.
type names struct{ adapter, tier string }

// Stages are those of the scenario. Two adapters whose names cannot be told apart in metrics are an error.
func (s Scenario) Stages() (Stages, error) {
	all, taken := map[string]names{}, map[string]string{}
	for _, a := range s.Adapters {
		of := names{adapter: stageOf(a.Name)}
		if other, ok := taken[of.adapter]; ok || strings.HasPrefix(of.adapter, tierPrefix) {
			return Stages{}, fmt.Errorf("scenario %s: adapter %s has the name %s in metrics, which is that of %s; rename it",
				s.Name, a.Name, of.adapter, cmp.Or(other, "a tier"))
		}
		taken[of.adapter] = a.Name
		if a.Tier != "" {
			of.tier = tierPrefix + stageOf(a.Tier)
		}
		all[a.Name] = of
	}
	return Stages{s.Stream, all}, nil
}

const tierPrefix = "tier."

// stageOf is a name in the characters that a stage's may have: adapter-0 is adapter_0.
func stageOf(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '_'
	}, strings.ToLower(name))
}

// Names are all names of stages that a reply may have, ascending.
func (s Stages) Names() []string {
	all := map[string]bool{}
	for model := range s.names {
		for name := range s.Of(model, Reply{Latency: 1, TTFT: 1, TPOT: 1}) {
			all[name] = true
		}
	}
	all[normalized] = true
	return slices.Sorted(maps.Keys(all))
}

// normalized is the stage of the latency per output token.
const normalized = "normalized"

// Of has the stages of a model's reply, as far as they were measured: their names, such as ttft.adapter_0, and how long they took.
func (s Stages) Of(model string, r Reply) iter.Seq2[string, time.Duration] {
	of := s.names[model]
	stages := []struct {
		what, of string
		took     time.Duration
	}{
		{"latency.", of.tier, r.Latency}, {"ttft.", of.tier, r.TTFT}, {"tpot.", of.tier, r.TPOT},
		{"latency.", of.adapter, r.Latency},
	}
	if s.stream {
		stages[len(stages)-1].what, stages[len(stages)-1].took = "ttft.", r.TTFT
	}
	return func(yield func(string, time.Duration) bool) {
		if r.Normalized > 0 && !yield(normalized, r.Normalized) {
			return
		}
		for _, stage := range stages {
			if stage.of != "" && stage.took > 0 && !yield(stage.what+stage.of, stage.took) {
				return
			}
		}
	}
}
