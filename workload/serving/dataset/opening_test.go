package dataset

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestWordsAreOneTokenEachAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range words {
		assert.False(t, seen[w], w)
		seen[w] = true
		assert.LessOrEqual(t, len(w), 5)
		assert.Equal(t, 1, Estimate(" "+w))
	}
	assert.Len(t, words, 256)
}

func coldSet(prompts ...string) Set {
	s := Set{cold: &openings{seed: 7}}
	for i, p := range prompts {
		s.Entries = append(s.Entries, Entry{Index: i, Prompt: p, PromptTokens: Estimate(p)})
	}
	return s
}

func TestATextOfAColdSetBeginsWithWordsOfItsOwn(t *testing.T) {
	const prompt = "Summarize the following text: it was a dark and stormy night, and the rain fell in torrents"
	set := coldSet(prompt)
	begins := map[string]bool{}
	for _, selection := range []Selection{set.Sample(1000, 1), set.Sample(1000, 1)} {
		for _, e := range selection {
			text := e.Text()
			fields := strings.Fields(text)
			begins[strings.Join(fields[:8], " ")] = true
			assert.True(t, strings.HasSuffix(text, " dark and stormy night, and the rain fell in torrents"), text)
			assert.Equal(t, Estimate(prompt), Estimate(text))
			assert.Equal(t, prompt, e.Prompt, "which stays what it was")
			assert.Equal(t, text, e.Text(), "as often as it is asked for")
		}
	}
	assert.Len(t, begins, 2000)
	other := coldSet(prompt)
	other.cold.seed++
	assert.NotEqual(t, set.Sample(1, 1)[0].Text(), other.Sample(1, 1)[0].Text(), "another process")
	assert.Equal(t, Set{Entries: set.Entries}.Sample(9, 3)[8].Index, set.Sample(9, 3)[8].Index, "of the same conversations")
	assert.Equal(t, prompt, Set{Entries: set.Entries}.Sample(1, 1)[0].Text())
}

func TestAColdSetHasAHashOfItsOwn(t *testing.T) {
	set := coldSet("a b c d")
	assert.NotEqual(t, set.Hash(1), Set{Entries: set.Entries}.Hash(1))
	other := coldSet("a b c d")
	other.cold.seed++
	assert.Equal(t, set.Hash(1), other.Hash(1), "its words are no part of it")
}

func TestAReadSetIsColdIfThatIsAskedFor(t *testing.T) {
	text := "[" + conversation("one two three four", "five") + "]"
	for _, cold := range []bool{true, false} {
		set := read(t, text, Options{Cold: cold})
		require.Len(t, set.Entries, 1)
		assert.Equal(t, cold, set.Sample(1, 1)[0].Text() != "one two three four")
	}
}

// Whatever the prompt, it keeps its length and its end.
func TestATextIsAsLongAsItsPrompt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs := rapid.StringMatching(`([a-z]{1,30}|[0-9]{1,9}|[ \n]{1,3}|[.,!]{1,4}|[日本語]{1,5}){0,20}`)
		prompt := rapid.OneOf(rapid.String(), runs).Draw(t, "prompt")
		e := Entry{Prompt: prompt, opening: rapid.Uint64Min(1).Draw(t, "opening")}
		text := e.Text()
		assert.Equal(t, Estimate(prompt), Estimate(text), "%q", text)
		_, size := head(prompt, openingTokens)
		assert.True(t, strings.HasSuffix(text, prompt[size:]), "%q", text)
	})
}
