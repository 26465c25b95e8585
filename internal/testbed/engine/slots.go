package engine

import "slices"

// slots are where adapters are: on the device, in CPU memory, which holds those on the device too, or else on disk.
type slots struct {
	device []slot
	cpu    []string // least recently used first
	room   int      // most of cpu
	uses   uint64
}

// slot is room for one adapter on the device.
type slot struct {
	adapter string // "" before the first
	running int    // sequences that use it
	used    uint64 // uses at the last one
	claimed string // the adapter that is next, once nothing runs; "" for whichever comes first
}

func newSlots(device, cpu int) *slots {
	return &slots{device: make([]slot, device), room: cpu}
}

// admissible is whether a sequence with that adapter may begin to run.
func (s *slots) admissible(adapter string) bool { return adapter == "" || s.slotFor(adapter) != nil }

// slotFor is the slot that a sequence with that adapter would run in, nil if none may take it now: the one that has the adapter,
// unless it is claimed for another; else, of those in which nothing runs, the one it has claimed, or the least recently used.
func (s *slots) slotFor(adapter string) *slot {
	if c := s.on(adapter); c != nil {
		if c.claimed != "" {
			return nil // the adapter is on its way out
		}
		return c
	}
	var best *slot
	for i := range s.device {
		switch c := &s.device[i]; {
		case c.running > 0:
		case c.claimed == adapter:
			return c
		case c.claimed == "" && (best == nil || c.used < best.used):
			best = c
		}
	}
	return best
}

// use admits a sequence with that adapter, which is admissible. If the adapter is not on the device it must be loaded; dropped is
// the adapter, if any, that CPU memory lost for it.
func (s *slots) use(adapter string) (load bool, l Load, dropped string) {
	if adapter == "" {
		return false, Load{}, ""
	}
	c := s.slotFor(adapter)
	s.unclaim(adapter)
	s.uses++
	c.used = s.uses
	c.running++
	if c.adapter != adapter {
		c.adapter = adapter
		load, l = true, Load{Adapter: adapter, FromDisk: !slices.Contains(s.cpu, adapter)}
		if l.FromDisk && len(s.cpu) == s.room {
			// One is not on the device: at least this adapter is there and not in CPU memory.
			i := slices.IndexFunc(s.cpu, func(name string) bool { return s.on(name) == nil })
			dropped = s.cpu[i]
			s.cpu = slices.Delete(s.cpu, i, i+1)
		}
	}
	s.cpu = append(slices.DeleteFunc(s.cpu, func(name string) bool { return name == adapter }), adapter)
	return load, l, dropped
}

// release ends the use by one sequence.
func (s *slots) release(adapter string) {
	if c := s.on(adapter); adapter != "" && c != nil {
		c.running--
		s.uses++
		c.used = s.uses
	}
}

// on is the slot that has the adapter, nil if none has.
func (s *slots) on(adapter string) *slot {
	for i := range s.device {
		if s.device[i].adapter == adapter {
			return &s.device[i]
		}
	}
	return nil
}

// claim sets the slot that has the fewest sequences aside for an adapter.
func (s *slots) claim(adapter string) {
	var best *slot
	for i := range s.device {
		c := &s.device[i]
		if c.claimed == adapter {
			return
		}
		if c.claimed == "" && (best == nil || c.running < best.running) {
			best = c
		}
	}
	if best != nil {
		best.claimed = adapter
	}
}

// unclaim gives up the claim of an adapter, if it has one.
func (s *slots) unclaim(adapter string) {
	for i := range s.device {
		if s.device[i].claimed == adapter {
			s.device[i].claimed = ""
		}
	}
}
