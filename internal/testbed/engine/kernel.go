package engine

import (
	"fmt"
	"hash/fnv"
	"math"
	"time"

	"github.com/tailgate-go/tailgate/internal/testbed/kernel"
)

// Shape of the adapters that a Kernel makes.
const (
	kernelRank  = 8
	kernelAlpha = 16
)

// Kernel is a device that computes, with a decoder. Adapters are made when they are loaded from disk, each from a seed that is its
// name's hash, and forgotten when CPU memory drops them; device memory is CPU memory, so the other loads cost nothing.
type Kernel struct {
	decoder   *kernel.Decoder
	eos       int
	sequences map[uint64]*held
	adapters  map[string]*kernel.LoRA

	// Of one step, kept for the next.
	chunks []*Chunk // that are computed
	steps  []kernel.Step
	logits [][]float32 // of each, empty if it is not to be sampled
	rows   [][]float32 // (chunks sampled at most, vocab)
}

// held is what the device has of a sequence.
type held struct {
	cache   *kernel.Cache // nil once evicted
	sampler *kernel.Sampler
}

// NewKernel makes a device of a decoder, which it then uses alone: a [kernel.Decoder.Clone] shares the weights. EOS is the id that
// ends a sequence, -1 if none does.
func NewKernel(d *kernel.Decoder, eos int) *Kernel {
	return &Kernel{decoder: d, eos: eos, sequences: map[uint64]*held{}, adapters: map[string]*kernel.LoRA{}}
}

// Model is the decoder's.
func (k *Kernel) Model() Model {
	c := k.decoder.Config()
	return Model{Vocab: c.Vocab, EOS: k.eos, MaxLen: c.MaxSeqLen}
}

// Evict takes a sequence's cache away, not its sampler: that must go on where it is.
func (k *Kernel) Evict(sequence uint64) {
	if h := k.sequences[sequence]; h != nil {
		h.cache = nil
	}
}

// Free forgets a sequence.
func (k *Kernel) Free(sequence uint64) { delete(k.sequences, sequence) }

// Run computes a step.
func (k *Kernel) Run(step *Step) (time.Time, error) {
	for _, name := range step.Dropped {
		delete(k.adapters, name)
	}
	k.chunks, k.steps, k.logits = k.chunks[:0], k.steps[:0], k.logits[:0]
	for i := range step.Chunks {
		c := &step.Chunks[i]
		s, err := k.prepare(c)
		if err != nil {
			c.Err = err
			continue
		}
		k.chunks, k.steps = append(k.chunks, c), append(k.steps, s)
	}
	k.room()
	if err := k.decoder.Forward(k.steps, k.logits); err != nil {
		return time.Time{}, err
	}
	for i, c := range k.chunks {
		if !c.Sample {
			continue
		}
		if c.BanEOS && k.eos >= 0 {
			k.logits[i][k.eos] = float32(math.Inf(-1))
		}
		c.Next = k.sequences[c.Sequence].sampler.Next(k.logits[i])
	}
	return time.Now(), nil
}

// prepare makes what a chunk needs.
func (k *Kernel) prepare(c *Chunk) (kernel.Step, error) {
	h := k.sequences[c.Sequence]
	if h == nil {
		sampler, err := kernel.NewSampler(c.Sampling.Temperature, c.Sampling.TopP, c.Sampling.Seed)
		if err != nil {
			return kernel.Step{}, err
		}
		h = &held{sampler: sampler}
		k.sequences[c.Sequence] = h
	}
	if h.cache == nil {
		cache, err := k.decoder.NewCache(c.Length)
		if err != nil {
			return kernel.Step{}, err
		}
		h.cache = cache
	}
	if have := h.cache.Len(); have != c.Position {
		return kernel.Step{}, fmt.Errorf("chunk at position %d of a sequence of %d tokens", c.Position, have)
	}
	lora, err := k.adapter(c.Adapter)
	return kernel.Step{Cache: h.cache, Tokens: c.Tokens, LoRA: lora}, err
}

// adapter is the adapter of that name, made if need be; nil for "".
func (k *Kernel) adapter(name string) (*kernel.LoRA, error) {
	if l := k.adapters[name]; l != nil || name == "" {
		return l, nil
	}
	h := fnv.New64a()
	h.Write([]byte(name))
	l, err := k.decoder.NewLoRA(kernelRank, kernelAlpha, h.Sum64())
	if err != nil {
		return nil, fmt.Errorf("adapter %q: %w", name, err)
	}
	k.adapters[name] = l
	return l, nil
}

// room gives each chunk that is to be sampled a row for its logits.
func (k *Kernel) room() {
	used := 0
	for _, c := range k.chunks {
		if !c.Sample {
			k.logits = append(k.logits, nil)
			continue
		}
		if used == len(k.rows) {
			k.rows = append(k.rows, make([]float32, k.decoder.Config().Vocab))
		}
		k.logits = append(k.logits, k.rows[used])
		used++
	}
}
