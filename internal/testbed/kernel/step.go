package kernel

import (
	"errors"
	"fmt"
)

// Step is one sequence's part of a batch: a chunk of its prompt, or the one token that it said last.
type Step struct {
	Cache  *Cache // of the tokens before; Forward appends Tokens to it
	Tokens []int  // at least one, each 0 to Vocab-1
	LoRA   *LoRA  // nil for the base model
}

// checkBatch returns what is wrong with the arguments of Forward, before anything is changed.
func (d *Decoder) checkBatch(batch []Step, logits [][]float32) error {
	if len(logits) != len(batch) {
		return fmt.Errorf("kernel: batch of %d steps with room for the logits of %d; want as many", len(batch), len(logits))
	}
	defer func() {
		for _, s := range batch {
			if s.Cache != nil {
				s.Cache.inBatch = false
			}
		}
	}()
	for i, s := range batch {
		if err := d.checkStep(s); err != nil {
			return fmt.Errorf("kernel: step %d: %w", i, err)
		}
		if n := len(logits[i]); n != 0 && n != d.config.Vocab {
			return fmt.Errorf("kernel: step %d: room for %d logits; want %d, or none if they are not wanted", i, n, d.config.Vocab)
		}
		s.Cache.inBatch = true
	}
	return nil
}

func (d *Decoder) checkStep(s Step) error {
	c := s.Cache
	switch {
	case c == nil:
		return errors.New("no cache; make one with NewCache")
	case c.config != d.config:
		return fmt.Errorf("cache of another shape, %+v; want %+v", c.config, d.config)
	case c.inBatch:
		return errors.New("a step before it has the same cache; give each sequence one step a batch")
	case len(s.Tokens) == 0:
		return errors.New("no tokens; want at least one")
	case len(s.Tokens) > c.tokens-c.length:
		return fmt.Errorf("%d tokens after %d; the cache holds %d", len(s.Tokens), c.length, c.tokens)
	case s.LoRA != nil && s.LoRA.config != d.config:
		return fmt.Errorf("adapter of another shape, %+v; want %+v", s.LoRA.config, d.config)
	}
	for i, id := range s.Tokens {
		if id < 0 || id >= d.config.Vocab {
			return fmt.Errorf("token %d is %d; want 0 to %d", i, id, d.config.Vocab-1)
		}
	}
	return nil
}
