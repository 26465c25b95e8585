package engine

import (
	"context"
	"slices"
)

// Stats is an engine's state and what it has done since its start: all counters count from 0.
type Stats struct {
	Waiting  int     // requests
	Running  int     // requests that have begun and are not preempted
	KVBlocks int     // in use
	KVUsage  float64 // 0-1: the part of all blocks that is in use

	Steps            uint64
	Preemptions      uint64
	PromptTokens     uint64 // of requests that have sampled a token; computed once or more often
	GenerationTokens uint64 // handed to readers
	Stopped          uint64 // requests that ended with FinishStop
	Lengthened       uint64 // requests that ended with FinishLength
	Aborted          uint64 // requests that ended with FinishAbort

	MaxLoras        int
	LoadedAdapters  []string // on the device, sorted, as are the others
	RunningAdapters []string // of running requests
	WaitingAdapters []string // of waiting requests
	DiskLoads       uint64   // adapters put on the device from disk
	CPULoads        uint64   // and from CPU memory

	Err error // why the engine serves nothing more: ErrDevice or ErrClosed; nil while it does
}

// counters are the parts of Stats that only grow.
type counters struct {
	steps, preemptions, prompt, generation uint64
	stopped, length, aborted               uint64
	disk, cpu                              uint64
}

// count counts a token that s has handed out.
func (c *counters) count(s *sequence) {
	c.generation++
	if s.output() == 1 {
		c.prompt += uint64(len(s.request.Prompt))
	}
}

// end counts the end of a request.
func (c *counters) end(f Finish) {
	switch f {
	case FinishStop:
		c.stopped++
	case FinishLength:
		c.length++
	case FinishAbort:
		c.aborted++
	}
}

func (c *counters) load(l Load) {
	if l.FromDisk {
		c.disk++
	} else {
		c.cpu++
	}
}

// Stats returns the state between two steps, or in one.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	used := e.blocks.total - e.blocks.free
	c := e.counters
	s := Stats{
		Waiting:          e.waiting(),
		Running:          len(e.running),
		KVBlocks:         used,
		KVUsage:          float64(used) / float64(e.blocks.total),
		Steps:            c.steps,
		Preemptions:      c.preemptions,
		PromptTokens:     c.prompt,
		GenerationTokens: c.generation,
		Stopped:          c.stopped,
		Lengthened:       c.length,
		Aborted:          c.aborted,
		MaxLoras:         e.config.MaxLoras,
		DiskLoads:        c.disk,
		CPULoads:         c.cpu,
		Err:              context.Cause(e.ctx),
	}
	for _, slot := range e.slots.device {
		if slot.adapter != "" {
			s.LoadedAdapters = append(s.LoadedAdapters, slot.adapter)
		}
		if slot.running > 0 {
			s.RunningAdapters = append(s.RunningAdapters, slot.adapter)
		}
	}
	for _, l := range e.queue.lanes {
		if l.adapter != "" && l.head() != nil {
			s.WaitingAdapters = append(s.WaitingAdapters, l.adapter)
		}
	}
	for _, a := range e.arrivals {
		if name := a.request.Adapter; name != "" && !slices.Contains(s.WaitingAdapters, name) {
			s.WaitingAdapters = append(s.WaitingAdapters, name)
		}
	}
	slices.Sort(s.LoadedAdapters)
	slices.Sort(s.RunningAdapters)
	slices.Sort(s.WaitingAdapters)
	return s
}
