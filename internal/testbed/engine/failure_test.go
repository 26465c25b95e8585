package engine

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// broken is a device that fails, on one sequence or altogether, at its third step.
type broken struct {
	Device
	steps    int
	sequence uint64 // 0: altogether
	freed    []uint64
}

var errBroken = errors.New("out of memory")

func (b *broken) Run(step *Step) (time.Time, error) {
	if b.steps++; b.steps == 3 {
		if b.sequence == 0 {
			return time.Time{}, errBroken
		}
		for i := range step.Chunks {
			if step.Chunks[i].Sequence == b.sequence {
				step.Chunks[i].Err = errBroken
			}
		}
	}
	return b.Device.Run(step)
}

func (b *broken) Free(sequence uint64) { b.freed = append(b.freed, sequence) }

func TestAFailureOnOneSequenceEndsThatOne(t *testing.T) {
	bubble(t, func(t *testing.T, _ func() time.Duration) {
		device := &broken{Device: slow(), sequence: 2}
		e := start(t, Config{Device: device})
		whole := submit(t, e, Request{Prompt: prompt(1), MaxTokens: 5})
		hit := submit(t, e, Request{Prompt: prompt(1), MaxTokens: 5})
		tokens, err := read(t, hit)
		assert.ErrorIs(t, err, ErrDevice)
		assert.ErrorIs(t, err, errBroken)
		assert.EqualError(t, err, "engine: the device has failed: out of memory")
		assert.Len(t, tokens, 2)
		tokens, err = read(t, whole)
		assert.NoError(t, err)
		assert.Len(t, tokens, 5)
		assert.NoError(t, e.Stats().Err)
		assert.Equal(t, []uint64{2, 1}, device.freed)
	})
}

func TestAFailureOfTheDeviceEndsTheEngine(t *testing.T) {
	bubble(t, func(t *testing.T, _ func() time.Duration) {
		device := &broken{Device: slow()}
		e := start(t, Config{Device: device, MaxNumSeqs: 1})
		runs := submit(t, e, Request{Prompt: prompt(1), MaxTokens: 5})
		waits := submit(t, e, Request{Prompt: prompt(1), MaxTokens: 5})
		tokens, err := read(t, runs)
		assert.ErrorIs(t, err, errBroken)
		assert.NotErrorIs(t, err, ErrClosed)
		assert.Len(t, tokens, 2)
		_, err = read(t, waits)
		assert.EqualError(t, err, "engine: the device has failed: out of memory")
		_, err = e.Submit(t.Context(), Request{Prompt: prompt(1), MaxTokens: 5})
		assert.ErrorIs(t, err, ErrClosed)
		assert.ErrorIs(t, err, ErrDevice)
		assert.EqualError(t, err, "engine: the engine is closed: the device has failed: out of memory")
		assert.ErrorIs(t, e.Stats().Err, errBroken)
		assert.NoError(t, e.Drain(t.Context()), "nothing is left")
		assert.Equal(t, []uint64{1, 2}, device.freed)
	})
}
