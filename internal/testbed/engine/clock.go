package engine

import (
	"slices"
	"time"
)

// Clock is a device that computes nothing and models the time of an accelerator. A step takes, to the nearest microsecond and at
// least one,
//
//	Base + PrefillToken p + DecodeSequence d + KVToken k + Adapter a + LoadCPU c + LoadDisk f
//
// with p tokens that are prefilled, d sequences that decode, k tokens in the contexts of all sequences of the step, those of the
// step among them, a distinct adapters, c adapters loaded from CPU memory and f from disk.
//
// Tokens depend on nothing but Seed, the request's seed and the token's position, so a sequence is the same however it was batched.
// A Clock has no state: it may be the device of any number of engines. Durations are at least 0.
type Clock struct {
	Base           time.Duration
	PrefillToken   time.Duration
	DecodeSequence time.Duration
	KVToken        time.Duration
	Adapter        time.Duration
	LoadCPU        time.Duration
	LoadDisk       time.Duration

	Memory    int     // tokens whose keys and values fit; 0: any number
	VocabSize int     // 0: 32000
	EndChance float64 // 0-1: that a token is EOS, the last id; 0: there is none
	Seed      uint64
}

// Model has EOS, the last id, if EndChance is above 0.
func (c Clock) Model() Model {
	m := Model{Vocab: c.VocabSize, EOS: -1, KVTokens: c.Memory}
	if m.Vocab == 0 {
		m.Vocab = 32000
	}
	if c.EndChance > 0 {
		m.EOS = m.Vocab - 1
	}
	return m
}

// Evict does nothing: a Clock has no memory.
func (c Clock) Evict(uint64) {}

// Free does nothing.
func (c Clock) Free(uint64) {}

// Run samples the step's tokens, and returns when it would end.
func (c Clock) Run(step *Step) (time.Time, error) {
	for i := range step.Chunks {
		if k := &step.Chunks[i]; k.Sample {
			k.Next = c.sample(k)
		}
	}
	return step.Start.Add(c.Duration(step)), nil
}

// Duration is what the step takes.
func (c Clock) Duration(step *Step) time.Duration {
	d := c.Base
	var adapters []string
	for i := range step.Chunks {
		k := &step.Chunks[i]
		if k.Decode {
			d += c.DecodeSequence
		} else {
			d += time.Duration(len(k.Tokens)) * c.PrefillToken
		}
		d += time.Duration(k.Position+len(k.Tokens)) * c.KVToken
		if k.Adapter != "" && !slices.Contains(adapters, k.Adapter) {
			adapters = append(adapters, k.Adapter)
			d += c.Adapter
		}
	}
	for _, l := range step.Loads {
		if l.FromDisk {
			d += c.LoadDisk
		} else {
			d += c.LoadCPU
		}
	}
	return max(time.Microsecond, d.Round(time.Microsecond))
}

// sample is the token after the chunk's last.
func (c Clock) sample(k *Chunk) int {
	m := c.Model()
	h := mix(mix(c.Seed^mix(k.Sampling.Seed)) + uint64(k.Position+len(k.Tokens)))
	if !k.BanEOS && float64(mix(h)>>11)/(1<<53) < c.EndChance {
		return m.EOS
	}
	words := m.Vocab
	if m.EOS >= 0 {
		words-- // the last is none
	}
	return int(h % uint64(max(1, words)))
}

// mix spreads x over 64 bits: splitmix64's finaliser (Steele, Lea, Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
