package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAFullQueueRefuses(t *testing.T) {
	bubble(t, func(t *testing.T, _ func() time.Duration) {
		e := start(t, Config{Device: slow(), MaxNumSeqs: 1, MaxWaiting: 2})
		ask := func() (*Stream, error) { return e.Submit(t.Context(), Request{Prompt: prompt(1), MaxTokens: 3}) }
		_, err := ask()
		require.NoError(t, err)
		time.Sleep(time.Millisecond) // it runs
		waits, err := ask()
		require.NoError(t, err)
		_, err = ask()
		require.NoError(t, err)
		_, err = ask()
		assert.ErrorIs(t, err, ErrQueueFull)
		assert.EqualError(t, err, "engine: too many requests wait: 2; come back later")
		waits.Cancel()
		time.Sleep(20 * time.Millisecond) // over the step's end
		_, err = ask()
		assert.NoError(t, err, "one was cancelled")
		assert.NoError(t, e.Drain(t.Context()))
	})
}

func TestDrainServesWhatWasAccepted(t *testing.T) {
	bubble(t, func(t *testing.T, now func() time.Duration) {
		e := start(t, Config{Device: slow(), MaxNumSeqs: 1})
		var streams []*Stream
		for range 3 {
			streams = append(streams, submit(t, e, Request{Prompt: prompt(1), MaxTokens: 4}))
		}
		drained := make(chan error)
		go func() { drained <- e.Drain(t.Context()) }()
		synctest.Wait()
		_, err := e.Submit(t.Context(), Request{Prompt: prompt(1), MaxTokens: 1})
		assert.ErrorIs(t, err, ErrClosed)
		assert.EqualError(t, err, "engine: the engine is closed: it drains")
		assert.NoError(t, <-drained)
		assert.Equal(t, 120*time.Millisecond+notice, now())
		for _, s := range streams {
			tokens, err := read(t, s)
			assert.NoError(t, err)
			assert.Len(t, tokens, 4)
		}
		assert.NoError(t, e.Drain(t.Context()), "again")
	})
}

func TestADrainThatRunsOutOfTimeEndsTheRestWithAnError(t *testing.T) {
	bubble(t, func(t *testing.T, now func() time.Duration) {
		e := start(t, Config{Device: slow(), MaxNumSeqs: 1})
		runs := submit(t, e, Request{Prompt: prompt(1), MaxTokens: 100})
		waits := submit(t, e, Request{Prompt: prompt(1), MaxTokens: 4})
		ctx, cancel := context.WithTimeout(t.Context(), 25*time.Millisecond)
		defer cancel()
		assert.ErrorIs(t, e.Drain(ctx), context.DeadlineExceeded)
		assert.Equal(t, 25*time.Millisecond, now(), "the modelled step is not waited for")
		tokens, err := read(t, runs)
		assert.ErrorIs(t, err, ErrClosed)
		assert.Len(t, tokens, 2)
		_, err = read(t, waits)
		assert.EqualError(t, err, "engine: the engine is closed: it drained, and time was up")
		assert.Zero(t, e.Stats().KVBlocks)
		assert.EqualValues(t, 2, e.Stats().Aborted)
	})
}

func TestCloseEndsEverything(t *testing.T) {
	bubble(t, func(t *testing.T, now func() time.Duration) {
		e := start(t, Config{Device: slow(), MaxNumSeqs: 2})
		var streams []*Stream
		for range 4 {
			streams = append(streams, submit(t, e, Request{Prompt: prompt(1), MaxTokens: 100}))
		}
		time.Sleep(15 * time.Millisecond)
		streams = append(streams, submit(t, e, Request{Prompt: prompt(1), MaxTokens: 100})) // not yet in the queue
		reading := make(chan error)
		go func() {
			_, err := read(t, streams[0])
			reading <- err
		}()
		synctest.Wait()
		require.NoError(t, e.Close())
		assert.ErrorIs(t, <-reading, ErrClosed)
		assert.Equal(t, 15*time.Millisecond, now())
		for _, s := range streams[1:] {
			_, err := read(t, s)
			assert.EqualError(t, err, "engine: the engine is closed")
		}
		_, err := e.Submit(t.Context(), Request{Prompt: prompt(1), MaxTokens: 1})
		assert.ErrorIs(t, err, ErrClosed)
		assert.ErrorIs(t, e.Stats().Err, ErrClosed)
		assert.Zero(t, e.Stats().Waiting+e.Stats().Running+e.Stats().KVBlocks)
		assert.NoError(t, e.Close(), "again")
	})
}
