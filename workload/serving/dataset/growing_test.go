package dataset

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// talks is a file of so many conversations of three questions and answers each.
func talks(n int) string {
	var all []string
	for i := range n {
		all = append(all, conversation(fmt.Sprintf("q%d one two three four five six seven eight", i), "a1 a1",
			fmt.Sprintf("q%d two", i), "a2 a2 a2", fmt.Sprintf("q%d three", i), "a3"))
	}
	return "[" + strings.Join(all, ",\n") + "]"
}

func TestAGrowingConversationIsARequestOfEveryOtherTurn(t *testing.T) {
	set := read(t, "["+conversation("a b", "c", "d e f", "g h", "i")+", "+conversation("j", "k")+"]", Options{Turns: Growing})
	assert.Equal(t, []Entry{
		entry(0, "a b", 2, 1),
		entry(0, "a b\nc\nd e f", 2+1+3+2, 2),
		entry(1, "j", 1, 1),
	}, set.Entries)
	assert.Equal(t, 2, set.Passed)

	set = read(t, "["+conversation("a b", "c", "d e f", "g h")+"]", Options{Turns: Growing, Filter: Filter{MaxPromptTokens: 7}})
	assert.Len(t, set.Entries, 1, "what is too long ends it")
	set = read(t, "["+conversation("a", "c", "d e f", "g h")+"]", Options{Turns: Growing, Filter: Filter{MinPromptTokens: 2}})
	assert.Len(t, set.Entries, 1, "what is too short is left out")
	assert.Equal(t, "a\nc\nd e f", set.Entries[0].Prompt)
}

// A conversation whose turns soon pass the bound is kept as far as its prompts go, so that the bound on what is kept holds.
func TestAGrowingConversationIsKeptAsFarAsItsPrompts(t *testing.T) {
	const n = 30
	one := conversation("q1 two", "a1", "q2 two", "a2 "+strings.Repeat("x", 1<<20), "q3", "a3")
	text := io.MultiReader(strings.NewReader("["+one),
		io.LimitReader(&endless{again: "," + one}, int64((n-1)*(len(one)+1))), strings.NewReader("]"))
	before := heap()
	set, err := Read("d.json", text, Options{Turns: Growing, Count: wordsOf, Filter: Filter{MaxPromptTokens: 9}})
	require.NoError(t, err)
	assert.Less(t, int64(heap()-before), int64(n<<20/4))
	require.Len(t, set.Entries, 2*n)
	assert.Equal(t, "q1 two\na1\nq2 two", set.Entries[1].Prompt)
}

// Every request continues the one before of its conversation, by the text that is sent, and no two conversations begin alike.
func TestConversationsGrowWhileOthersDo(t *testing.T) {
	set := read(t, talks(30), Options{Turns: Growing, Talks: 4, Cold: true})
	selection := set.Sample(300, 1)
	under := map[string]string{} // the last prompt of a conversation, by its own words
	grown := 0
	for _, e := range selection {
		text := e.Text()
		own := strings.Join(strings.Fields(text)[:8], " ")
		if last := under[own]; last != "" {
			grown++
			require.True(t, strings.HasPrefix(text, last+"\n"), text)
		} else {
			require.NotContains(t, text, "\n", "it begins with the first turn")
		}
		under[own] = text
	}
	assert.InDelta(t, 200, grown, 6, "two of three")
	assert.Len(t, under, 300-grown)
	assert.Equal(t, indices(selection[:50]), indices(set.Sample(50, 1)), "the first of more are the same")
	assert.NotEqual(t, indices(selection), indices(set.Sample(300, 2)))

	warm := read(t, talks(30), Options{Turns: Growing, Talks: 4})
	assert.Equal(t, indices(selection), indices(warm.Sample(300, 1)))
	for _, e := range warm.Sample(300, 1) {
		assert.Equal(t, e.Prompt, e.Text())
	}
}

func indices(s Selection) (all []int) {
	for _, e := range s {
		all = append(all, e.Index)
	}
	return all
}

func TestHowManyConversationsAreUnderWayIsPartOfTheHash(t *testing.T) {
	few, many := read(t, talks(2), Options{Turns: Growing, Talks: 4}), read(t, talks(2), Options{Turns: Growing})
	assert.NotEqual(t, few.Hash(1), many.Hash(1))
}
