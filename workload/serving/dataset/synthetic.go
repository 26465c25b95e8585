package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// Synthetic describes prompts that are made up, of usual words that mean nothing, with lengths in tokens by Estimate.
type Synthetic struct {
	// InputTokens and OutputTokens are means, and InputSpread and OutputSpread the standard deviations of normal distributions, which
	// are cut off below 1 token and above twice the mean, so that the means stay. A spread of 0 gives all the same length.
	InputTokens  int     `json:"input_tokens"`
	InputSpread  float64 `json:"input_spread,omitempty"`
	OutputTokens int     `json:"output_tokens"`
	OutputSpread float64 `json:"output_spread,omitempty"`

	// Prefixes is how many beginnings the prompts have, each of PrefixTokens beside the InputTokens, as system prompts are; 0 means
	// that they share none.
	Prefixes     int `json:"prefixes,omitempty"`
	PrefixTokens int `json:"prefix_tokens,omitempty"`
}

const (
	syntheticEntries = 1000
	mostSynthetic    = 1 << 20   // tokens of a prompt
	mostText         = 256 << 20 // bytes of all
)

// Validate returns what is wrong with s.
func (s Synthetic) Validate() error {
	for _, f := range []struct {
		name   string
		tokens int
		least  int
	}{
		{"input_tokens", s.InputTokens, 1}, {"output_tokens", s.OutputTokens, 1}, {"prefixes", s.Prefixes, 0},
		{"prefix_tokens", s.PrefixTokens, 0},
	} {
		if f.tokens < f.least || f.tokens > mostSynthetic {
			return fmt.Errorf("%s is %d; write %d to %d", f.name, f.tokens, f.least, mostSynthetic)
		}
	}
	switch {
	case (s.Prefixes > 0) != (s.PrefixTokens > 0):
		return fmt.Errorf("prefixes is %d and prefix_tokens %d; write both, or leave them out", s.Prefixes, s.PrefixTokens)
	case s.Prefixes > syntheticEntries:
		return fmt.Errorf("prefixes is %d; write %d at most, which is how many prompts there are", s.Prefixes, syntheticEntries)
	case !(s.InputSpread >= 0 && s.InputSpread <= float64(s.InputTokens)):
		return fmt.Errorf("input_spread is %v; write tokens, 0 to input_tokens", s.InputSpread)
	case !(s.OutputSpread >= 0 && s.OutputSpread <= float64(s.OutputTokens)):
		return fmt.Errorf("output_spread is %v; write tokens, 0 to output_tokens", s.OutputSpread)
	case syntheticEntries*(2*s.InputTokens+s.PrefixTokens)*bytesAToken > mostText:
		return fmt.Errorf("%d prompts of %d tokens are more than %d MiB; make them shorter", syntheticEntries,
			s.InputTokens+s.PrefixTokens, mostText>>20)
	}
	return nil
}

const bytesAToken = 6 // a word and a blank

// Make makes a thousand prompts. The same seed gives the same ones; cold is that of Options.
func (s Synthetic) Make(seed uint64, cold bool) (Set, error) {
	if err := s.Validate(); err != nil {
		return Set{}, fmt.Errorf("dataset: synthetic: %w", err)
	}
	random := rand.New(rand.NewPCG(seed, stream))
	prefixes := []string{""}
	if s.Prefixes > 0 {
		prefixes = make([]string, s.Prefixes)
		for i := range prefixes {
			prefixes[i] = sentence(s.PrefixTokens, random)
		}
	}
	set := Set{Name: "synthetic", Conversations: syntheticEntries, Passed: syntheticEntries}
	for i := range syntheticEntries {
		prefix := prefixes[i%len(prefixes)]
		e := Entry{Index: i, PromptTokens: length(s.InputTokens, s.InputSpread, random), shared: len(prefix)}
		e.Prompt = sentence(e.PromptTokens, random)
		if prefix != "" {
			e.Prompt = prefix + " " + e.Prompt
			e.PromptTokens += s.PrefixTokens
		}
		e.OutputTokens = length(s.OutputTokens, s.OutputSpread, random)
		set.Entries = append(set.Entries, e)
	}
	if cold {
		set.cold = &openings{seed: rand.Uint64()}
	}
	return set, nil
}

// length draws a length.
func length(mean int, spread float64, random *rand.Rand) int {
	for {
		if n := math.Round(float64(mean) + spread*random.NormFloat64()); n >= 1 && n <= float64(2*mean-1) {
			return int(n)
		}
	}
}

// sentence is so many words.
func sentence(tokens int, random *rand.Rand) string {
	var text strings.Builder
	say(&text, tokens, random.Uint64())
	return text.String()
}
