package serving

import (
	"time"

	"github.com/tailgate-go/tailgate/internal/replied"
)

// SLO bounds the latencies of a good request; 0 means no bound.
type SLO struct {
	TTFT Duration `json:"ttft,omitempty"`
	TPOT Duration `json:"tpot,omitempty"`
	E2E  Duration `json:"e2e,omitempty"`
}

// Count counts the one reply. Counts of many add up to the metrics that Benchmark reports of replies.
func (s SLO) Count(r Reply) replied.Count {
	c := replied.Count{
		OutputTokens: int64(r.OutputTokens), InputTokens: int64(r.PromptTokens),
		Usage: one(r.HasUsage), NoUsage: one(!r.HasUsage), Empty: one(r.Texts == 0),
		Good: one(s.keeps(r)), Bounded: s != (SLO{}) && (r.HasUsage || s.TPOT == 0),
		Resent: one(r.dropped), LateEnd: one(r.lateEnd),
	}
	if r.HasUsage && r.HasCached { // else it is not known of how many tokens they are a part
		c.CachedTokens, c.TellsCached = int64(r.CachedTokens), true
	}
	return c
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// keeps reports whether a request keeps the bounds. A time that is not known keeps no bound: the TTFT of a reply without text, and
// the TPOT of several texts without usage, or of several tokens in one text. The TPOT of several texts that came in one read is
// known: nobody waited for a token after the first. A reply of one token has no TPOT, and needs no text.
func (s SLO) keeps(r Reply) bool {
	within := func(took time.Duration, bound Duration) bool { return bound == 0 || took <= time.Duration(bound) }
	switch {
	case s.TTFT > 0 && r.TTFT == 0 && !(r.HasUsage && r.OutputTokens == 1):
		return false
	case s.TPOT > 0 && r.TPOT == 0 && (r.OutputTokens > 1 || !r.HasUsage && r.Texts > 1):
		return false
	}
	return within(r.Latency, s.E2E) && within(r.TTFT, s.TTFT) && within(r.TPOT, s.TPOT)
}
