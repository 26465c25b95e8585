package serving

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/tailgate-go/tailgate/internal/latency"
)

// handed is a run as one process hands it on to the next.
type handed struct {
	outcome
	Times *writtenTimes `json:"times,omitempty"`
}

// writtenTimes are timings that can be written down.
type writtenTimes struct {
	Latency    latency.Encoded `json:"latency"`
	TTFT       latency.Encoded `json:"ttft"`
	TPOT       latency.Encoded `json:"tpot"`
	ITL        latency.Encoded `json:"itl"`
	Normalized latency.Encoded `json:"normalized"`
}

// pairs are each distribution of w, and where it is in t.
func (w *writtenTimes) pairs(t *timings) map[*latency.Encoded]*latency.Distribution {
	return map[*latency.Encoded]*latency.Distribution{
		&w.Latency: &t.latency, &w.TTFT: &t.ttft, &w.TPOT: &t.tpot, &w.ITL: &t.itl, &w.Normalized: &t.normalized,
	}
}

// written are t as they can be written down; nil of nil.
func (t *timings) written() (*writtenTimes, error) {
	if t == nil {
		return nil, nil
	}
	w := &writtenTimes{}
	for to, from := range w.pairs(t) {
		var err error
		if *to, err = from.Encode(); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// read are the timings that were written down; nil of nil.
func (w *writtenTimes) read() (*timings, error) {
	if w == nil {
		return nil, nil
	}
	t := &timings{}
	for from, to := range w.pairs(t) {
		var err error
		if *to, err = from.Decode(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// takeOver are the runs that the processes before this one have handed on.
func takeOver(file string) (runs []outcome, err error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) { // this is the first
		return nil, nil
	}
	var all []handed
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("handover: %w", err)
	}
	for _, h := range all {
		h.outcome.written = h.Times
		runs = append(runs, h.outcome)
	}
	return runs, nil
}

// handOver leaves all runs that are kept to the next process.
func (c *course) handOver() error {
	all := make([]handed, len(c.kept))
	for i, o := range c.kept {
		all[i] = handed{o, o.written}
	}
	return writeJSON(c.options.Handover, all)
}
