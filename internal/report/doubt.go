package report

import (
	"slices"
	"strings"
)

// Doubt is why profiles do not explain a regression, or not surely.
type Doubt string

const (
	NotProfiled Doubt = "not-profiled" // it could not be: for a Problem
	NotAgain    Doubt = "not-again"    // a request took no longer, or allocated no more, while it was profiled
	OtherWay    Doubt = "other-way"    // a request costs less by the profiles
	NoneGrew    Doubt = "none-grew"    // no function did by more than the luck of sampling
	NoneLeads   Doubt = "none-leads"   // which of the functions grew most is within the luck of sampling
	NoMetrics   Doubt = "no-metrics"   // the servers do not say what they do
	Outgrew     Doubt = "outgrew"      // one function grew by more than all of them, or than what was measured
)

// doubts reports whether one of those is among the cause's.
func (c Cause) doubts(those ...Doubt) bool {
	return slices.ContainsFunc(c.Doubts, func(d Doubt) bool { return slices.Contains(those, d) })
}

// words are a doubt in words.
func (c Cause) words(d Doubt) string {
	switch d {
	case NotProfiled:
		return "it could not be profiled: " + Failure{c.Problem}.Error()
	case NotAgain:
		return c.notAgain()
	case OtherWay:
		return c.Of + " of " + c.request() + " fell, so that it is not what grew"
	case NoneGrew:
		return "no function grew by more than the luck of sampling: " + c.otherwise()
	case NoneLeads:
		return "which of them grew most is within the luck of sampling"
	case NoMetrics:
		return "neither queue, prefill, decode nor cache is known: no page /metrics of both servers has them, by the names of vLLM, " +
			"SGLang (--enable-metrics), llama.cpp (--metrics) or TGI"
	case Outgrew:
		return "the first of them grew by more than the whole: " + c.outgrown()
	}
	return string(d) // of a later release
}

// allDoubts are the words of all.
func (c Cause) allDoubts() string {
	var all []string
	for _, d := range c.Doubts {
		all = append(all, c.words(d))
	}
	return strings.Join(all, "; ")
}

// notAgain says that the regression did not recur while it was profiled.
func (c Cause) notAgain() string {
	switch {
	case c.Unit == "B":
		return c.request() + " allocated no more while it was profiled"
	case c.Plain:
		return c.request() + " took no longer while it was profiled: the machine may have been disturbed: see the noise"
	}
	return c.request() + " took no longer on average while it was profiled: few of them do, or the machine was disturbed: " +
		"see the noise"
}

// outgrown says how one function can have grown by more than the whole.
func (c Cause) outgrown() string {
	if c.exactly().others < 0 {
		return "others shrank, or seem to by the luck of sampling"
	}
	return "some of it is not in what was measured"
}

// otherwise names causes that profiles do not show.
func (c Cause) otherwise() string {
	switch c.Of {
	case "CPU time":
		return "what grew is spread thin, or " + c.requests() + " wait (lock, sleep, I/O), or the machine was disturbed: see the noise"
	case "waiting":
		return c.requests() + " do not wait longer for locks or channels; a sleep and the network are in no profile, " +
			"and the machine may have been disturbed: see the noise"
	}
	return "what grew is spread thin"
}
