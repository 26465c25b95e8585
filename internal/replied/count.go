// Package replied counts what requests that succeeded came to, for one load generator and for one shard of several alike.
package replied

import "time"

// Count is what replies were, beside their times. The zero value counts none. Those of the shards of a load add up.
type Count struct {
	OutputTokens int64 `json:"output_tokens"` // as the server counts them, of replies with usage
	InputTokens  int64 `json:"input_tokens"`  // of prompts, likewise
	CachedTokens int64 `json:"cached_tokens"` // of InputTokens, as far as the server says
	TellsCached  bool  `json:"tells_cached"`  // it said of some request how much of it was cached

	Usage   int `json:"usage"`    // replies with usage
	NoUsage int `json:"no_usage"` // and without
	Empty   int `json:"empty"`    // replies without text

	Good    int  `json:"good"`    // requests that keep the bounds of the scenario's SLO; all where there are none
	Bounded bool `json:"bounded"` // there are bounds, and of some request it can be told whether it keeps them

	Resent  int `json:"resent"`   // requests that a server took and dropped, so that they were sent again
	LateEnd int `json:"late_end"` // streams that said that they end long after their last text

	HeldOpen int `json:"held_open"` // streams that the server did not end after their last event; also of requests that failed
}

// Len is how many replies there are.
func (c Count) Len() int { return c.Usage + c.NoUsage }

// mostTokens is more than any server counts in a load, and far from what overflows.
const mostTokens = 1e15

// IsOf reports whether n replies to so many requests can have this count.
func (c Count) IsOf(n, attempted int) bool {
	for _, of := range []int{c.Usage, c.NoUsage, c.Empty, c.Good, c.Resent, c.LateEnd} {
		if of < 0 || of > n {
			return false
		}
	}
	if c.HeldOpen < 0 || c.HeldOpen > attempted {
		return false
	}
	for _, tokens := range []int64{c.OutputTokens, c.InputTokens, c.CachedTokens} {
		if tokens < 0 || tokens > mostTokens {
			return false
		}
	}
	counted := c.OutputTokens > 0 || c.InputTokens > 0
	return c.Len() == n && (c.Usage > 0 || !counted) && (c.TellsCached || c.CachedTokens == 0)
}

// Add adds the count of another shard, or of another run.
func (c *Count) Add(o Count) {
	c.OutputTokens += o.OutputTokens
	c.InputTokens += o.InputTokens
	c.CachedTokens += o.CachedTokens
	c.TellsCached = c.TellsCached || o.TellsCached
	c.Usage += o.Usage
	c.NoUsage += o.NoUsage
	c.Empty += o.Empty
	c.Good += o.Good
	c.Bounded = c.Bounded || o.Bounded
	c.Resent += o.Resent
	c.LateEnd += o.LateEnd
	c.HeldOpen += o.HeldOpen
}

// Report hands over each metric with its unit, of so many requests sent until the last of them ended. What is not known is left
// out: tokens that no server counted, and bounds that nobody set; where attempted or elapsed is 0, also what is a share of them.
func (c Count) Report(attempted int, elapsed time.Duration, report func(value float64, unit string)) {
	if n := float64(c.Len()); n > 0 {
		report(100*float64(c.Empty)/n, "empty-percent")
		report(100*float64(c.NoUsage)/n, "no-usage-percent")
		report(100*float64(c.Resent)/n, "resent-percent")
		report(100*float64(c.LateEnd)/n, "late-end-percent")
	}
	seconds := elapsed.Seconds()
	if c.Usage > 0 && seconds > 0 {
		report(float64(c.OutputTokens)/seconds*60, "output-tok/min")
		report(float64(c.InputTokens)/seconds*60, "input-tok/min")
		report(float64(c.InputTokens)/seconds, "input-tok/s")
	}
	if c.Usage > 0 {
		report(float64(c.OutputTokens)/float64(c.Usage), "output-tok/req")
	}
	if c.TellsCached && c.InputTokens > 0 {
		report(100*float64(c.CachedTokens)/float64(c.InputTokens), "cached-percent")
	}
	if c.Bounded && seconds > 0 && attempted > 0 {
		report(float64(c.Good)/seconds, "goodput-req/s")
		report(100*float64(c.Good)/float64(attempted), "goodput-percent")
	}
	if c.HeldOpen > 0 && attempted > 0 {
		report(100*float64(c.HeldOpen)/float64(attempted), "held-open-percent")
	}
}

// MayFail is how many of n requests may fail, where so many percent may; nil: all may.
func MayFail(percent *float64, n int) int {
	if percent == nil {
		return n
	}
	return int(*percent*float64(n)/100 + 1e-9) // 0.1 % of 3,000 are three
}
