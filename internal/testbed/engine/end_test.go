package engine

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slow is a clock whose every step takes 10 ms.
func slow() Clock { return Clock{Base: 10 * time.Millisecond, VocabSize: 100} }

// bubble runs a test in which time is fake, and says the instant after its beginning.
func bubble(t *testing.T, test func(t *testing.T, now func() time.Duration)) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		test(t, func() time.Duration { return time.Since(begin) })
	})
}

func TestACancelledRequestEndsAtOnceAndGivesBackAfterTheStep(t *testing.T) {
	bubble(t, func(t *testing.T, now func() time.Duration) {
		e := start(t, Config{Device: slow()})
		s := submit(t, e, Request{Prompt: prompt(100), MaxTokens: 50})
		time.Sleep(25 * time.Millisecond)
		s.Cancel()
		tokens, err := read(t, s)
		assert.ErrorIs(t, err, ErrCanceled)
		assert.Len(t, tokens, 2, "of the steps that ended at 10 and 20 ms")
		assert.Equal(t, 25*time.Millisecond, now())
		assert.Equal(t, FinishAbort, s.Finish())
		assert.Equal(t, 25*time.Millisecond, s.Times().Done.Sub(s.Times().Arrived))

		assert.Equal(t, 7, e.Stats().KVBlocks, "102 tokens, in the step that runs")
		time.Sleep(5*time.Millisecond + notice)
		synctest.Wait()
		assert.Zero(t, e.Stats().KVBlocks)
		assert.Zero(t, e.Stats().Running)
		assert.EqualValues(t, 1, e.Stats().Aborted)

		s.Cancel()
		_, err = s.Next(t.Context())
		assert.ErrorIs(t, err, ErrCanceled, "again")
		assert.EqualValues(t, 1, e.Stats().Aborted)
	})
}

func TestADeadlineEndsARequestWhereverItIs(t *testing.T) {
	bubble(t, func(t *testing.T, now func() time.Duration) {
		e := start(t, Config{Device: slow(), MaxNumSeqs: 1})
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Millisecond)
		defer cancel()
		runs, err := e.Submit(ctx, Request{Prompt: prompt(1), MaxTokens: 50})
		require.NoError(t, err)
		waits, err := e.Submit(ctx, Request{Prompt: prompt(1), MaxTokens: 50})
		require.NoError(t, err)
		_, err = read(t, waits)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 15*time.Millisecond, now())
		tokens, err := read(t, runs)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Len(t, tokens, 1)
		assert.True(t, waits.Times().Scheduled.IsZero())

		_, err = e.Submit(ctx, Request{Prompt: prompt(1), MaxTokens: 1})
		assert.ErrorIs(t, err, context.DeadlineExceeded, "a context that has ended")
		assert.NoError(t, e.Drain(t.Context()))
		assert.Zero(t, e.Stats().Waiting)
	})
}

func TestACauseIsHandedOn(t *testing.T) {
	bubble(t, func(t *testing.T, _ func() time.Duration) {
		e := start(t, Config{Device: slow()})
		why := errors.New("the client has gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		s, err := e.Submit(ctx, Request{Prompt: prompt(1), MaxTokens: 50})
		require.NoError(t, err)
		cancel(why)
		_, err = read(t, s)
		assert.ErrorIs(t, err, why)
	})
}

func TestAReaderMayGiveUpAndComeBack(t *testing.T) {
	bubble(t, func(t *testing.T, _ func() time.Duration) {
		e := start(t, Config{Device: slow()})
		s := submit(t, e, Request{Prompt: prompt(1), MaxTokens: 5})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := s.Next(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(35 * time.Millisecond)
		tokens, err := s.Next(t.Context())
		require.NoError(t, err)
		assert.Len(t, tokens, 3, "all that came meanwhile")
		rest, err := read(t, s)
		require.NoError(t, err)
		assert.Len(t, rest, 2)
		assert.Equal(t, FinishLength, s.Finish())
	})
}

func TestTokensAreTheReadersUntilItComesBack(t *testing.T) {
	bubble(t, func(t *testing.T, _ func() time.Duration) {
		e := start(t, Config{Device: slow()})
		s := submit(t, e, Request{Prompt: prompt(1), MaxTokens: 9})
		var all []int
		for range 3 {
			time.Sleep(30 * time.Millisecond)
			tokens, err := s.Next(t.Context())
			require.NoError(t, err)
			ids := func() (ids []int) {
				for _, token := range tokens {
					ids = append(ids, token.ID)
				}
				return ids
			}
			before := ids()
			time.Sleep(30 * time.Millisecond)
			assert.Equal(t, before, ids(), "while more came")
			all = append(all, before...)
		}
		_, err := s.Next(t.Context())
		assert.ErrorIs(t, err, io.EOF)
		assert.Len(t, all, 9)
	})
}

// watched is a context that counts who waits for its end.
type watched struct {
	context.Context
	watchers int
}

func (w *watched) Done() <-chan struct{} { return make(chan struct{}) }

func (w *watched) AfterFunc(func()) (stop func() bool) {
	w.watchers++
	return sync.OnceValue(func() bool { w.watchers--; return true })
}

func TestWhatHasEndedDoesNotWatchItsContext(t *testing.T) {
	bubble(t, func(t *testing.T, _ func() time.Duration) {
		e := start(t, Config{Device: slow()})
		ctx := &watched{Context: t.Context()}
		done, err := e.Submit(ctx, Request{Prompt: prompt(1), MaxTokens: 1})
		require.NoError(t, err)
		canceled, err := e.Submit(ctx, Request{Prompt: prompt(1), MaxTokens: 1})
		require.NoError(t, err)
		assert.Equal(t, 2, ctx.watchers)
		canceled.Cancel()
		assert.Equal(t, 1, ctx.watchers)
		_, err = read(t, done)
		require.NoError(t, err)
		assert.Zero(t, ctx.watchers)
		canceled.watch(ctx)
		assert.Zero(t, ctx.watchers, "one that ended while it was submitted")
	})
}

// past is a device that says its steps ended long ago.
type past struct{ Device }

func (p past) Run(step *Step) (time.Time, error) {
	_, err := p.Device.Run(step)
	return time.Time{}, err
}

func TestTimeDoesNotRunBackwards(t *testing.T) {
	bubble(t, func(t *testing.T, _ func() time.Duration) {
		e := start(t, Config{Device: past{slow()}})
		s := submit(t, e, Request{Prompt: prompt(1), MaxTokens: 2})
		tokens, err := read(t, s)
		require.NoError(t, err)
		for _, token := range tokens {
			assert.Equal(t, s.Times().Scheduled, token.At)
		}
	})
}

func TestMinTokensAndIgnoreEOSHoldTheEndBack(t *testing.T) {
	for _, row := range []struct {
		name    string
		request Request
		tokens  int
		finish  Finish
	}{
		{"EOS is the first token", Request{}, 1, FinishStop},
		{"EOS after the least number of tokens", Request{MinTokens: 4}, 4, FinishStop},
		{"EOS exactly at the most", Request{MinTokens: 8}, 8, FinishStop},
		{"EOS does not matter", Request{IgnoreEOS: true}, 8, FinishLength},
	} {
		t.Run(row.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, _ func() time.Duration) {
				e := start(t, Config{Device: Clock{EndChance: 1, VocabSize: 10}})
				row.request.Prompt, row.request.MaxTokens = prompt(3), 8
				s := submit(t, e, row.request)
				tokens, err := read(t, s)
				require.NoError(t, err)
				assert.Len(t, tokens, row.tokens)
				assert.Equal(t, row.finish, s.Finish())
				for i, token := range tokens {
					assert.Equal(t, row.request.IgnoreEOS || i+1 == row.tokens, token.ID == 9, i)
				}
			})
		})
	}
}
