package engine

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start makes an engine that is closed with the test.
func start(t testing.TB, c Config) *Engine {
	t.Helper()
	e, err := New(c)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, e.Close()) })
	return e
}

func submit(t testing.TB, e *Engine, r Request) *Stream {
	t.Helper()
	s, err := e.Submit(t.Context(), r)
	require.NoError(t, err)
	return s
}

// read returns all tokens of s, and what ended it if that was an error.
func read(t testing.TB, s *Stream) (tokens []Token, err error) {
	t.Helper()
	for {
		more, err := s.Next(t.Context())
		tokens = append(tokens, more...)
		if errors.Is(err, io.EOF) {
			return tokens, nil
		}
		if err != nil {
			return tokens, err
		}
	}
}

// prompt is n token ids.
func prompt(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i % 50
	}
	return ids
}

func TestARequestOnAnIdleEngineTakesWhatTheModelSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := H100()
		e := start(t, Config{Device: c})
		arrived := time.Now()
		const p, n = 300, 40
		tokens, err := read(t, submit(t, e, Request{Prompt: prompt(p), MaxTokens: n}))
		require.NoError(t, err)
		require.Len(t, tokens, n)
		at := arrived.Add(notice + (c.Base + p*(c.PrefillToken+c.KVToken)).Round(time.Microsecond))
		for i, token := range tokens {
			if i > 0 {
				at = at.Add((c.Base + c.DecodeSequence + time.Duration(p+i)*c.KVToken).Round(time.Microsecond))
			}
			require.True(t, at.Equal(token.At), i)
		}
		assert.True(t, at.Equal(time.Now()), "the last token was delivered at its instant")
	})
}
