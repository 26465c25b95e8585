package tiktoken_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
	"github.com/tailgate-go/tailgate/workload/serving/dataset/tiktoken"
)

func Example() {
	count, err := tiktoken.Counter(tiktoken.Cl100k)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(count("tiktoken is great!"))
	// Output: 6
}

// The texts and counts of OpenAI's cookbook, "How to count tokens with tiktoken" (2024).
func TestCountsAreThoseOfTheCookbook(t *testing.T) {
	for _, c := range []struct {
		text          string
		cl100k, o200k int
	}{
		{"tiktoken is great!", 6, 6},
		{"antidisestablishmentarianism", 6, 6},
		{"2 + 2 = 4", 7, 7},
		{"お誕生日おめでとう", 9, 8},
		{"", 0, 0},
	} {
		for v, want := range map[tiktoken.Vocabulary]int{tiktoken.Cl100k: c.cl100k, tiktoken.O200k: c.o200k} {
			count, err := tiktoken.Counter(v)
			require.NoError(t, err)
			assert.Equal(t, want, count(c.text), "%s of %q", v, c.text)
		}
	}
}

func TestAnUnknownVocabularyIsRefused(t *testing.T) {
	for _, v := range []tiktoken.Vocabulary{"", "cl100k", "gpt2"} {
		_, err := tiktoken.Counter(v)
		assert.ErrorContains(t, err, "write \"cl100k_base\" or \"o200k_base\"")
	}
}

func TestEachByteIsAToken(t *testing.T) {
	for _, v := range []tiktoken.Vocabulary{tiktoken.Cl100k, tiktoken.O200k} {
		count, err := tiktoken.Counter(v)
		require.NoError(t, err)
		for b := range 0x80 {
			assert.Equal(t, 1, count(string(rune(b))), "%s, byte %#x", v, b)
		}
	}
}

func TestEveryTextHasACount(t *testing.T) {
	count, err := tiktoken.Counter(tiktoken.O200k)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		n := count(text)
		require.Equal(t, text == "", n == 0)
		require.LessOrEqual(t, n, 3*len(text), "no more than the bytes of what stands for one that is no UTF-8")
	})
	assert.Positive(t, count(strings.Repeat("a", 1<<20)), "one word of a megabyte")
}

func TestADatasetIsReadByIt(t *testing.T) {
	count, err := tiktoken.Counter(tiktoken.Cl100k)
	require.NoError(t, err)
	options := dataset.Options{Filter: dataset.LoadGenerator(1024, 1024), Count: count}
	set, err := dataset.Open("../../../../testdata/datasets/sharegpt.json", options)
	require.NoError(t, err)
	require.NotEmpty(t, set.Entries)
	for _, e := range set.Entries {
		assert.Equal(t, count(e.Prompt), e.PromptTokens)
	}
}
