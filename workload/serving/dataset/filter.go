package dataset

import "fmt"

// Filter says which conversations are kept, by tokens. A bound of 0 is none.
type Filter struct {
	MinPromptTokens int
	MaxPromptTokens int
	MinOutputTokens int
	MaxOutputTokens int
	MaxTotalTokens  int // of both
}

// shortest is below what the load generators take for a conversation.
const shortest = 4

// LoadGenerator is the filter of the guide's load generator: at least 4 tokens a side, and at most so many (1024 and 1024 in the
// guide).
func LoadGenerator(maxInput, maxOutput int) Filter {
	return Filter{MinPromptTokens: shortest, MaxPromptTokens: maxInput, MinOutputTokens: shortest, MaxOutputTokens: maxOutput}
}

// VLLM is the filter of vLLM's benchmark for ShareGPT: at least 4 tokens a side, prompts up to 1024, prompt and output up to 2048
// together.
func VLLM() Filter {
	return Filter{MinPromptTokens: shortest, MaxPromptTokens: 1024, MinOutputTokens: shortest, MaxTotalTokens: 2048}
}

// Keeps reports whether a conversation of these lengths is kept.
func (f Filter) Keeps(prompt, output int) bool {
	within := func(n, least, most int) bool { return n >= least && (most == 0 || n <= most) }
	return within(prompt, f.MinPromptTokens, f.MaxPromptTokens) && within(output, f.MinOutputTokens, f.MaxOutputTokens) &&
		within(prompt+output, 0, f.MaxTotalTokens)
}

// Turns says which turns of a conversation make the prompt, and which the expected output.
type Turns int

const (
	FirstTwo   Turns = iota // turn 0, and turn 1: the guide's load generator, vLLM's benchmark
	AllEarlier              // all turns before the last joined by newlines, and the last: inference-perf, of Infinity-Instruct

	// Growing makes a request of every other turn, each with all turns before it, joined by newlines, in its prompt: a conversation
	// whose beginning a server may remember. Several are under way at once; see Options.Talks.
	Growing
)

var turnsNames = map[Turns]string{FirstTwo: "first-two", AllEarlier: "all-earlier", Growing: "growing"}

// String is the name in scenarios.
func (t Turns) String() string { return turnsNames[t] }

// MarshalText writes the name.
func (t Turns) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the name.
func (t *Turns) UnmarshalText(text []byte) error {
	for known, name := range turnsNames {
		if name == string(text) {
			*t = known
			return nil
		}
	}
	return fmt.Errorf("turns are %q; write %q, %q or %q", text, FirstTwo, AllEarlier, Growing)
}
