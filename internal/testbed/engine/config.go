package engine

import (
	"errors"
	"fmt"
	"slices"
)

// Config is what an engine is made of. Only Device must be set; the names and, where they fit a process, the defaults are those of
// vLLM's flags.
type Config struct {
	Device Device

	MaxNumSeqs          int // most sequences that run at once; 0: 256
	MaxModelLen         int // most tokens of a sequence, prompt and output together; 0: 2048, or what the device takes if that is less
	MaxNumBatchedTokens int // most tokens of a step, at least MaxNumSeqs; 0: 2048, or MaxNumSeqs if that is more
	MaxWaiting          int // most requests that wait, beyond which they are refused; 0: 4096

	BlockSize int // tokens of a block of KV memory; 0: 16
	KVBlocks  int // blocks, at least enough for one sequence of MaxModelLen; 0: as the device has memory, else for MaxNumSeqs of them

	Adapters     []string // that requests may name
	MaxLoras     int      // adapters in device memory, hence most in a batch; 0: 1
	MaxCPULoras  int      // adapters in CPU memory, those on the device among them; at least MaxLoras; 0: MaxLoras
	MaxOvertakes int      // how often a request that waits for a slot is overtaken before it claims one; 0: 256. See the package.
}

// withDefaults returns c with its defaults filled in, or what is wrong with it.
func (c Config) withDefaults() (Config, error) {
	if c.Device == nil {
		return c, errors.New("engine: Config.Device is nil; set it, to H100() for example")
	}
	model := c.Device.Model()
	longest := model.MaxLen
	if longest == 0 {
		longest = maxSetting
	}
	for _, f := range []struct {
		name  string
		value *int
		usual int
	}{
		{"MaxNumSeqs", &c.MaxNumSeqs, 256},
		{"MaxModelLen", &c.MaxModelLen, min(2048, longest)},
		{"MaxNumBatchedTokens", &c.MaxNumBatchedTokens, max(2048, c.MaxNumSeqs)},
		{"MaxWaiting", &c.MaxWaiting, 4096},
		{"BlockSize", &c.BlockSize, 16},
		{"MaxLoras", &c.MaxLoras, 1},
		{"MaxCPULoras", &c.MaxCPULoras, max(1, c.MaxLoras)},
		{"MaxOvertakes", &c.MaxOvertakes, 256},
	} {
		if err := fill(f.name, f.value, f.usual); err != nil {
			return c, err
		}
	}
	needed := blocksOf(c.MaxModelLen, c.BlockSize)
	room := model.KVTokens / c.BlockSize
	if room == 0 {
		room = c.MaxNumSeqs * needed
	}
	if err := fill("KVBlocks", &c.KVBlocks, min(room, maxSetting)); err != nil {
		return c, err
	}
	switch {
	case c.MaxModelLen > longest:
		return c, fmt.Errorf("engine: MaxModelLen is %d; the device takes %d", c.MaxModelLen, longest)
	case c.MaxNumBatchedTokens < c.MaxNumSeqs:
		return c, fmt.Errorf("engine: MaxNumBatchedTokens %d is less than MaxNumSeqs %d: "+
			"a step must have room for a token of each sequence", c.MaxNumBatchedTokens, c.MaxNumSeqs)
	case c.KVBlocks < needed:
		return c, fmt.Errorf("engine: KVBlocks %d hold less than one sequence of MaxModelLen %d, which takes %d blocks of %d",
			c.KVBlocks, c.MaxModelLen, needed, c.BlockSize)
	case c.MaxCPULoras < c.MaxLoras:
		return c, fmt.Errorf("engine: MaxCPULoras %d is less than MaxLoras %d: what is on the device is in CPU memory too",
			c.MaxCPULoras, c.MaxLoras)
	}
	c.Adapters = slices.Clone(c.Adapters)
	for i, name := range c.Adapters {
		if name == "" || slices.Contains(c.Adapters[:i], name) {
			return c, fmt.Errorf("engine: Adapters[%d] is %q: names must not be empty, nor come twice", i, name)
		}
	}
	return c, nil
}

// maxSetting is the largest setting: products of two of them do not overflow.
const maxSetting = 1 << 30

func fill(name string, value *int, usual int) error {
	if *value == 0 {
		*value = usual
	}
	if *value < 1 || *value > maxSetting {
		return fmt.Errorf("engine: %s is %d; want 1 to %d, or 0 for the default", name, *value, maxSetting)
	}
	return nil
}

// Config is what the engine is made of, with the defaults filled in.
func (e *Engine) Config() Config {
	c := e.config
	c.Adapters = slices.Clone(c.Adapters)
	return c
}
