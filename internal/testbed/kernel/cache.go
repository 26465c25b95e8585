package kernel

import "fmt"

// Cache holds the keys and values of one sequence's tokens. [Decoder.Forward] appends to it; one goroutine at a time may
// use it.
type Cache struct {
	config  DecoderConfig
	keys    []float32 // (layers, kv heads, capacity, head dim), turned to their positions
	values  []float32 // likewise
	length  int       // tokens
	tokens  int       // capacity
	inBatch bool      // while Forward looks for one that comes twice
}

// NewCache makes an empty cache for a sequence of at most the given number of tokens, 1 to MaxSeqLen. It takes
// 8 * Layers * KVHeads * Dim/Heads bytes a token at once: 1 KiB for [Tiny], 4 KiB for [Small].
func (d *Decoder) NewCache(tokens int) (*Cache, error) {
	c := d.config
	if tokens < 1 || tokens > c.MaxSeqLen {
		return nil, fmt.Errorf("kernel: cache of %d tokens; want 1 to MaxSeqLen, %d", tokens, c.MaxSeqLen)
	}
	if bytes := 8 * float64(c.Layers) * float64(c.kvDim()) * float64(tokens); bytes > maxBytes {
		return nil, fmt.Errorf("kernel: cache of %d tokens takes %.3g bytes; want at most %d", tokens, bytes, maxBytes)
	}
	n := c.Layers * c.kvDim() * tokens
	return &Cache{config: c, keys: make([]float32, n), values: make([]float32, n), tokens: tokens}, nil
}

// Len returns how many tokens the cache holds.
func (c *Cache) Len() int { return c.length }

// Truncate forgets all but the first n tokens, 0 to Len: 0 makes the cache as good as new.
func (c *Cache) Truncate(n int) error {
	if n < 0 || n > c.length {
		return fmt.Errorf("kernel: truncate a cache of %d tokens to %d; want 0 to %d", c.length, n, c.length)
	}
	c.length = n
	return nil
}

// head returns the room for the keys and values of one head of one layer, (capacity, head dim) each.
func (c *Cache) head(layer, head int) (keys, values []float32) {
	n := c.tokens * c.config.headDim()
	at := (layer*c.config.KVHeads + head) * n
	return c.keys[at : at+n], c.values[at : at+n]
}
