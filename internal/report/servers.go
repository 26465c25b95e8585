package report

import (
	"fmt"
	"strings"
)

// Servers is the Of of a [Cause] where two servers are compared: their own metrics tell which part of their work grew. No profile
// is behind it, and Parts stand in the place of Functions.
const Servers = "servers"

// ServerPart is a part of what servers do.
type ServerPart struct {
	Name string // "queue", "prefill", "decode"; "cache" for the prompt tokens that were found in it
	Unit string // "ns" of a request, "ns/tok" of a token, "percent" of all prompt tokens

	// Baseline and Candidate are the medians of the rounds.
	Baseline, Candidate float64

	// Grew says that the candidate's value is larger than luck of rounds explains; of the cache, that it differs by more.
	Grew bool
}

// Parts of the servers' work, and the units that they are in.
const (
	Queue   = "queue"
	Prefill = "prefill"
	Decode  = "decode"
	InCache = "cache"

	OfRequest = "ns"
	OfToken   = "ns/tok"
	OfTokens  = "percent"
)

// serversHeadline names the parts that grew.
func (c Cause) serversHeadline() string {
	if len(c.Parts) == 0 {
		return "the servers' own metrics: not known"
	}
	if grew := c.grew(); grew != "" {
		return "by the servers' own metrics: " + grew
	}
	return "by the servers' own metrics no part of their work grew by more than the luck of rounds"
}

// grew are the parts that grew, in words: "queue and prefill grew, the cache held less"; empty when none did.
func (c Cause) grew() string {
	var names, said []string
	cache := ""
	for _, p := range c.Parts {
		switch {
		case !p.Grew:
		case p.Name != InCache:
			names = append(names, p.Name)
		case p.Candidate < p.Baseline:
			cache = "less of the prompts was in the cache"
		default:
			cache = "more of the prompts was in the cache"
		}
	}
	if len(names) > 0 {
		said = append(said, strings.Join(names, " and ")+" grew")
	}
	if cache != "" {
		said = append(said, cache)
	}
	return strings.Join(said, ", ")
}

// line is the part as a row of the table of a cause.
func (p ServerPart) line() costlyLine {
	unit, what := p.Unit, p.Name+" of a request"
	switch p.Unit {
	case OfRequest:
		unit = "ns/op"
	case OfToken:
		unit, what = "ns/op", p.Name+" of a token"
	case OfTokens:
		what = "prompt tokens that were in the cache"
	}
	s := scaleOf(unit, p.Baseline, p.Candidate)
	grown := s.unit
	if p.Unit == OfTokens {
		s.unit, grown = "%", "points"
	}
	text := fmt.Sprintf("%s, from %s to %s %s", what, s.number(p.Baseline), s.number(p.Candidate), s.unit)
	if !p.Grew {
		text += ", within the luck of rounds"
	}
	return costlyLine{Grown: s.signed(s.shown(p.Candidate)-s.shown(p.Baseline)) + " " + grown, Sum: cell(text)}
}

// serverLines are the rows of all parts.
func (c Cause) serverLines() []costlyLine {
	var rows []costlyLine
	for _, p := range c.Parts {
		rows = append(rows, p.line())
	}
	return rows
}
