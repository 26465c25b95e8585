package dataset

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATextHasSoManyTokens(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"", 0},
		{"the", 1},
		{"the quick brown fox", 4},
		{"extraordinarily", 2},
		{"ninechars tenletters", 3},
		{"1234567", 3},
		{"a, b: c.", 6},
		{"a\n\n\nb", 3},
		{"a  b", 3},
		{"x := f(1)", 6},
		{"日本語", 3},
		{"été", 1},
		{"\xff\xfe", 2},
		{" ", 0},
	} {
		assert.Equal(t, c.want, Estimate(c.text), "%q", c.text)
	}
}

func TestATruncatedMeanIsTheIntegral(t *testing.T) {
	const mu, sigma, low, high = 5.0, 0.8, 20.0, 900.0
	sum, weight := 0.0, 0.0
	for x := low + 0.005; x < high; x += 0.01 { // midpoints
		z := (math.Log(x) - mu) / sigma
		density := math.Exp(-z*z/2) / x
		sum, weight = sum+x*density, weight+density
	}
	assert.InEpsilon(t, sum/weight, truncatedMean(mu, sigma, low, high), 1e-4)
}

func TestStylesHaveThePublishedMeans(t *testing.T) {
	for _, s := range Styles {
		for _, l := range []Lengths{s.Prompt, s.Output} {
			draw := l.source(rand.New(rand.NewPCG(1, 1)))
			const n = 10_000
			sum, squares := 0.0, 0.0
			for range n {
				x := float64(draw())
				require.GreaterOrEqual(t, x, float64(l.Min))
				require.LessOrEqual(t, x, float64(l.Max))
				sum, squares = sum+x, squares+x*x
			}
			mean := sum / n
			sd := math.Sqrt(squares/n - mean*mean)
			assert.InDelta(t, l.Mean, mean, 4*sd/math.Sqrt(n)+0.01*l.Mean, s.Name) // lengths are whole: the cut moves by half a token
		}
	}
}

func TestSynthesizedTextsHaveTheLengthsDrawn(t *testing.T) {
	for _, s := range Styles {
		var file bytes.Buffer
		require.NoError(t, Synthesize(&file, s, 50, Filter{}, 5))
		set, err := Read(s.Name, &file, Options{})
		require.NoError(t, err)
		require.Len(t, set.Entries, 50)
		random := rand.New(rand.NewPCG(5, stream))
		prompt, output := s.Prompt.source(random), s.Output.source(random)
		for i, e := range set.Entries {
			wantPrompt, wantOutput := prompt(), output()
			instruction := Estimate(s.Instruction)
			require.Equal(t, max(wantPrompt, instruction), e.PromptTokens, "%s %d", s.Name, i)
			require.Equal(t, wantOutput, e.OutputTokens, "%s %d", s.Name, i)
			text(random, wantPrompt-instruction)
			text(random, wantOutput)
		}
	}
}

func TestShippedDatasetsAreRegeneratedByteForByte(t *testing.T) {
	for name, n := range map[string]int{"sharegpt": 40, "billsum": 12, "infinity-instruct": 32} {
		want, err := os.ReadFile("../../../testdata/datasets/" + name + ".json")
		require.NoError(t, err)
		style, err := StyleOf(name)
		require.NoError(t, err)
		var got bytes.Buffer
		require.NoError(t, Synthesize(&got, style, n, LoadGenerator(1024, 1024), 7))
		assert.Equal(t, string(want), got.String(), "go run ./workload/serving/dataset/synthesize %s %d 7 > testdata/datasets/%s.json", name, n, name)
		set, err := Read(name, bytes.NewReader(want), Options{Filter: LoadGenerator(1024, 1024)})
		require.NoError(t, err)
		assert.Equal(t, n, set.Passed, "all are such as the load generator keeps")
	}
}

func TestWhatCannotBeSynthesizedIsRefused(t *testing.T) {
	_, err := StyleOf("poems")
	require.EqualError(t, err, `dataset: no style "poems"; write one of sharegpt, billsum, infinity-instruct`)
	err = Synthesize(io.Discard, Styles[1], 1, Filter{MaxPromptTokens: 10}, 1)
	require.ErrorContains(t, err, "dataset: style billsum: of 100,000 conversations the filter")
	require.EqualError(t, Synthesize(broken{}, Styles[0], 1, Filter{}, 1), "disk full")
}
