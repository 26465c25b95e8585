package part

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPartIsWrittenAsIOfN(t *testing.T) {
	for text, want := range map[string]Part{
		"": {}, "1/1": {1, 1}, "2/2": {2, 2}, "2/8": {2, 8}, "7/10": {7, 10}, "1/1000": {1, 1000}, "1000/1000": {1000, 1000},
	} {
		got, err := Parse(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got)
		assert.Equal(t, text, got.String())
		assert.Equal(t, text == "", got.IsZero())
	}
	for _, text := range []string{
		"0/0", "0/2", "1/0", "3/2", "9/8", "1/1001", "-1/2", "1/-2", "+1/2", "01/2", "1/02", " 1/2", "1/2 ",
		"1", "/", "1/", "/2", "1/2/3",
		"a/b", "1.0/2", "99999999999999999999/99999999999999999999", "١/٢",
	} {
		got, err := Parse(text)
		assert.EqualError(t, err, fmt.Sprintf("shard %q: write i/n with i from 1 to n and n up to 1000, such as 2/3", text))
		assert.True(t, got.IsZero(), text)
	}
}

func TestCheckRefusesWhatIsNoPart(t *testing.T) {
	for _, p := range []Part{{}, {0, 8}, {9, 8}, {-1, 8}, {1, 1001}, {1, 0}, {math.MaxInt, math.MaxInt}} {
		assert.EqualError(t, p.Check(), fmt.Sprintf("there is no shard %d of %d; let I be 1 to N, and N at most 1000", p.I, p.N))
	}
	for _, p := range []Part{{1, 1}, {8, 8}, {1, 1000}} {
		assert.NoError(t, p.Check())
	}
}

func TestPartsTogetherAreTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		things, n := rapid.IntRange(0, 300).Draw(t, "things"), rapid.IntRange(1, 20).Draw(t, "n")
		seen := make([]int, things)
		for i := 1; i <= n; i++ {
			p := Part{i, n}
			for k := range p.Len(things) {
				seen[p.Number(k)]++
			}
		}
		for i, times := range seen {
			assert.Equal(t, 1, times, "thing %d", i)
		}
		assert.Equal(t, things, Part{}.Len(things))
		assert.Equal(t, things, Part{}.Number(things))
	})
}

func TestWhatIsReadIsWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[-+ ]?[0-9]{0,5}/?[-+ ]?[0-9]{0,5}`).Draw(t, "text")
		p, err := Parse(text)
		if err == nil {
			assert.Equal(t, text, p.String())
			assert.True(t, p.IsZero() || p.Check() == nil)
		}
	})
}
