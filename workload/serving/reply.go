package serving

import (
	"encoding/json"
	"slices"
	"time"
)

// Reply is what a request came to. Times count from when the request was due.
//
//	Latency     until the last text came; without a stream, until the whole reply had
//	TTFT        time to first token: until the first text came. Events with a role, with no text, or with usage alone do not count
//	TPOT        time per output token after the first: (Latency - TTFT) / (OutputTokens - 1), as vLLM's benchmark and
//	            inference-perf have it; 1 ns where all texts came in one read
//	Normalized  Latency / OutputTokens: the guide's "per output token latency"
//	Gaps        times between texts. A text may be of several tokens, and texts that came in one read have gaps of 0 between them
//
// Text is all that the model generates: thoughts, refusals, and the names and arguments of calls of tools, too.
//
// Without a stream there is no TTFT, TPOT or gap. Where the server gives no usage, tokens are not known and neither are TPOT
// and Normalized: the number of events is not the number of tokens.
type Reply struct {
	Latency    time.Duration
	TTFT       time.Duration // 0: not measured
	TPOT       time.Duration // 0: not measured
	Normalized time.Duration // 0: not measured
	Gaps       []time.Duration

	// Sent is when the request was given to a connection; after Replays, when its last copy was.
	Sent time.Duration

	HasUsage     bool // the server said how many tokens there were, last in a stream
	PromptTokens int
	OutputTokens int
	Model        string // that the reply says it is of, in its first event; empty: it does not say
	Texts        int    // events with text; 1 without a stream that had any

	HasCached    bool // the server said how much of the prompt came from a cache
	CachedTokens int

	// Replays counts how often the request was sent again, because the server had closed the idle connection it went out on.
	Replays int

	dropped bool     // a server took the request and closed the connection, so that it was sent again
	lateEnd bool     // a stream said only long after its last text that it ends
	later   []string // other models that later events are of; mostLater at most
}

// mostLater is how many other models are kept of a reply.
const mostLater = 4

// measure fills in what follows from the times of texts and the usage; done is when the reply was complete.
func (r *Reply) measure(texts []time.Duration, done time.Duration, last chunk) {
	r.Latency = done
	r.Texts = len(texts)
	if n := len(texts); n > 0 {
		r.Latency, r.TTFT = texts[n-1], texts[0]
		for i, at := range texts[1:] {
			r.Gaps = append(r.Gaps, at-texts[i])
		}
	}
	r.count(last)
	if r.OutputTokens > 1 && r.Texts > 1 {
		r.TPOT = max(1, (r.Latency-r.TTFT)/time.Duration(r.OutputTokens-1)) // texts of one read have the same time; 0 is not measured
	}
}

// count takes the usage. A usage of 0 tokens is ignored if there is text: some servers send zeros.
func (r *Reply) count(last chunk) {
	r.HasCached, r.CachedTokens = last.hasCached, last.cachedTokens
	if !last.hasUsage || last.completionTokens == 0 && r.Texts > 0 {
		return
	}
	r.HasUsage, r.PromptTokens, r.OutputTokens = true, last.promptTokens, last.completionTokens
	if r.OutputTokens > 0 {
		r.Normalized = r.Latency / time.Duration(r.OutputTokens)
	}
}

// name takes the model's name, in JSON, from a part of the reply. A name that is not a string is ignored.
func (r *Reply) name(model []byte) {
	var name string
	if json.Unmarshal(model, &name) != nil || name == "" {
		return
	}
	switch {
	case r.Model == "":
		r.Model = name
	case name != r.Model && len(r.later) < mostLater && !slices.Contains(r.later, name):
		r.later = append(r.later, name)
	}
}
