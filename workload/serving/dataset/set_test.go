package dataset

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func entry(index int, prompt string, promptTokens, outputTokens int) Entry {
	return Entry{Index: index, Prompt: prompt, PromptTokens: promptTokens, OutputTokens: outputTokens}
}

func TestASelectionIsItsSeeds(t *testing.T) {
	var set Set
	for i := range 7 {
		set.Entries = append(set.Entries, Entry{Index: 10 * i, PromptTokens: 100 + i, OutputTokens: 200 + i})
	}
	a, b, c := set.Sample(1000, 1), set.Sample(1000, 1), set.Sample(1000, 2)
	assert.Equal(t, a, b)
	assert.Equal(t, a.Hash(), b.Hash())
	assert.NotEqual(t, a.Hash(), c.Hash())
	times := map[int]int{}
	for _, e := range a {
		times[e.Index]++
	}
	for i := range 7 {
		assert.InDelta(t, 1000.0/7, times[10*i], 4*math.Sqrt(1000*6.0/49))
	}
	assert.Empty(t, set.Sample(0, 1))
	assert.Empty(t, set.Sample(-1, 1))
	assert.Empty(t, Set{}.Sample(5, 1))
}

func TestWhatASelectionIsDrawnFromHasAHash(t *testing.T) {
	set := Set{Name: "no part of it", Entries: []Entry{entry(3, "a", 12, 40), entry(5, "b", 4, 1024)}}
	hash := set.Hash(1)
	assert.Equal(t, hash, Set{Entries: set.Entries}.Hash(1))
	for name, other := range map[string]string{
		"another seed":   set.Hash(2),
		"a prompt less":  Set{Entries: set.Entries[:1]}.Hash(1),
		"another prompt": Set{Entries: []Entry{entry(3, "a", 12, 40), entry(5, "c", 4, 1024)}}.Hash(1),
		"another length": Set{Entries: []Entry{entry(3, "a", 12, 40), entry(5, "b", 4, 1023)}}.Hash(1),
		"another order":  Set{Entries: []Entry{entry(5, "b", 4, 1024), entry(3, "a", 12, 40)}}.Hash(1),
	} {
		assert.NotEqual(t, hash, other, name)
	}
}

func TestASelectionHasThisHash(t *testing.T) {
	s := Selection{entry(3, "not written", 12, 40), entry(0, "", 4, 1024)}
	// printf 'index,prompt_tokens,output_tokens\n3,12,40\n0,4,1024\n' | sha256sum
	assert.Equal(t, "e0062c874639eb702583be2eb2f37e2c43b9ebf84d9a1c5020ced54fdf3d90c6", s.Hash())
	require.EqualError(t, s.Write(broken{}), "disk full")
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestTurnsHaveNames(t *testing.T) {
	for _, turns := range []Turns{FirstTwo, AllEarlier, Growing} {
		text, err := turns.MarshalText()
		require.NoError(t, err)
		var again Turns = -1
		require.NoError(t, again.UnmarshalText(text))
		assert.Equal(t, turns, again)
	}
	var none Turns
	require.EqualError(t, none.UnmarshalText([]byte("last")), `turns are "last"; write "first-two", "all-earlier" or "growing"`)
}
