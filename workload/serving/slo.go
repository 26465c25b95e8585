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
		OutputTokens: int64(r.OutputTokens), InputTokens: int64(r.PromptTokens), CachedTokens: int64(r.CachedTokens),
		TellsCached: r.HasCached, Bounded: s != (SLO{}) && (r.HasUsage || s.TPOT == 0),
	}
	if r.HasUsage {
		c.Usage = 1
	} else {
		c.NoUsage = 1
	}
	if r.Texts == 0 {
		c.Empty = 1
	}
	if s.keeps(r) {
		c.Good = 1
	}
	return c
}

// keeps reports whether a request keeps the bounds. One that has no TTFT or TPOT, for having too few tokens, keeps that bound; one
// of several texts whose TPOT is not known, for want of usage, does not.
func (s SLO) keeps(r Reply) bool {
	within := func(took time.Duration, bound Duration) bool { return bound == 0 || took <= time.Duration(bound) }
	unknown := s.TPOT > 0 && !r.HasUsage && r.Texts > 1
	return within(r.Latency, s.E2E) && within(r.TTFT, s.TTFT) && within(r.TPOT, s.TPOT) && !unknown
}
