package tokens_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/internal/testbed/tokens"
)

func vocabulary(t require.TestingT, size int) tokens.Vocabulary {
	v, err := tokens.New(size)
	require.NoError(t, err)
	return v
}

// sizes are one below, at and above what a number of letters can tell apart, and vocabularies that exist.
var sizes = []int{1, 2, 26, 1024, 2048, 17575, 17576, 17577, 32000, 128256, 456976, 456977, math.MaxInt32}

func TestATextIsCutIntoPieces(t *testing.T) {
	v := vocabulary(t, 32000)
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"nothing has no tokens":                     {"", 0},
		"a short word is one":                       {"act", 1},
		"with the blank before it":                  {" act", 1},
		"a word is cut after six letters":           {"statute", 2},
		"a word of thirteen letters is three":       {" appropriation", 3},
		"one blank before each word is free":        {"the law of the land", 5},
		"a second blank is not":                     {"the  law", 3},
		"digits go by three":                        {"1234567", 3},
		"a blank is not part of a number":           {" 12", 2},
		"signs go by four":                          {"......", 2},
		"an indent is one, the last blank a word's": {"\n   if", 2},
		"blanks go by four":                         {"\n    if", 2},
		"letters of three bytes go by two":          {"日本語", 2},
		"a lone blank is one":                       {" ", 1},
		"bytes that are no text are letters":        {"\xff\xfe\xfd\xfc\xfb\xfa\xf9", 2},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, v.Count(c.text))
			assert.Len(t, v.Encode(c.text), c.want)
		})
	}
}

const bill = `SECTION 1. SHORT TITLE. This Act may be cited as the "National Forest Roads Maintenance Act of 2016". The Secretary of
Agriculture shall, not later than 180 days after the date of the enactment of this Act, submit to the Committee a report that
describes the condition of the roads, the cost to repair them, and the amount that was made available to each State during the 5
fiscal years before.`

func TestProseHasAboutFourCharactersAToken(t *testing.T) {
	perToken := float64(len(bill)) / float64(vocabulary(t, 32000).Count(bill))
	assert.InDelta(t, 4, perToken, 0.5, "characters a token")
}

func TestTheTextOfAnIDIsReadAsThatID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom(sizes).Draw(t, "size")
		v := vocabulary(t, size)
		ids := rapid.SliceOfN(rapid.IntRange(0, size-1), 1, -1).Draw(t, "ids")
		text := v.Decode(ids)
		require.Equal(t, ids, v.Encode(text))
		require.Equal(t, len(ids), v.Count(text))
		quoted, err := json.Marshal(text)
		require.NoError(t, err)
		require.Equal(t, `"`+text+`"`, string(quoted), "nothing to escape")
	})
}

func TestEveryIDHasATextOfItsOwn(t *testing.T) {
	const size = 20000 // above 26^3, so that there are four letters
	v := vocabulary(t, size)
	seen := map[string]bool{}
	for id := range size {
		seen[string(v.AppendPiece(nil, id))] = true
	}
	assert.Len(t, seen, size)
	assert.NotContains(t, seen, "")
	assert.Equal(t, " aaab", string(v.AppendPiece(nil, 1)))
	assert.Equal(t, " aaab", string(v.AppendPiece(nil, size+1)), "modulo the size")
	assert.Equal(t, v.Decode([]int{size - 1}), v.Decode([]int{-1}))
	assert.NotEmpty(t, v.Decode([]int{math.MinInt}))
}

func TestAWordMoreDoesNotChangeTheIDsBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := vocabulary(t, rapid.SampledFrom(sizes).Draw(t, "size"))
		a := rapid.StringMatching(`(.|\n)*[a-zA-Z]`).Draw(t, "a")
		b := rapid.StringMatching(`[a-zA-Z](.|\n)*`).Draw(t, "b")
		require.Equal(t, append(v.Encode(a), v.Encode(" "+b)...), v.Encode(a+" "+b))
	})
}

func FuzzAnyTextHasTokens(f *testing.F) {
	f.Add(bill, 32000)
	f.Add(" \t\n x", 1)
	f.Add("\xff \xc3\x28", math.MaxInt32)
	f.Fuzz(func(t *testing.T, text string, size int) {
		v, err := tokens.New(size)
		if err != nil {
			require.True(t, size < 1 || size > math.MaxInt32, "%d is refused", size)
			return
		}
		ids := v.Encode(text)
		require.Equal(t, v.Count(text), len(ids))
		require.LessOrEqual(t, len(ids), len(text))
		require.GreaterOrEqual(t, 8*len(ids), len(text), "no piece is longer than a blank and the letters of an id")
		for _, id := range ids {
			require.True(t, id >= 0 && id < size, "%d of %d", id, size)
		}
		require.Equal(t, ids, v.Encode(v.Decode(ids)))
		require.Equal(t, ids, v.Encode(text), "the same every time")
	})
}

func TestAVocabularyHasASize(t *testing.T) {
	for _, size := range []int{0, -1, math.MaxInt32 + 1} {
		_, err := tokens.New(size)
		assert.ErrorContains(t, err, "a vocabulary of")
	}
	assert.Equal(t, 1024, vocabulary(t, 1024).Size())
}

func TestCountingAndWritingDoNotAllocate(t *testing.T) {
	v := vocabulary(t, 32000)
	buffer := make([]byte, 0, 16)
	assert.Zero(t, testing.AllocsPerRun(100, func() { v.Count(bill) }))
	assert.Zero(t, testing.AllocsPerRun(100, func() { buffer = v.AppendPiece(buffer[:0], 31999) }))
	assert.Equal(t, 1.0, testing.AllocsPerRun(100, func() { v.Encode(bill) }), "the ids themselves")
}

func BenchmarkEncode(b *testing.B) {
	v := vocabulary(b, 32000)
	text := strings.Repeat(bill, 16)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		v.Encode(text)
	}
}
