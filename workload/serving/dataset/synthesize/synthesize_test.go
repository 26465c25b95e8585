package main

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

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
	for _, s := range styles {
		for _, l := range []lengths{s.prompt, s.output} {
			draw := l.source(rand.New(rand.NewPCG(1, 1)))
			const n = 10_000
			sum, squares := 0.0, 0.0
			for range n {
				x := float64(draw())
				require.GreaterOrEqual(t, x, float64(l.min))
				require.LessOrEqual(t, x, float64(l.max))
				sum, squares = sum+x, squares+x*x
			}
			mean := sum / n
			sd := math.Sqrt(squares/n - mean*mean)
			assert.InDelta(t, l.mean, mean, 4*sd/math.Sqrt(n)+0.01*l.mean, s.name) // lengths are whole: the cut moves by half a token
		}
	}
}

func TestSynthesizedTextsHaveTheLengthsDrawn(t *testing.T) {
	for _, s := range styles {
		var file bytes.Buffer
		require.NoError(t, synthesize(&file, s, 50, dataset.Filter{}, 5))
		set, err := dataset.Read(s.name, &file, dataset.Options{})
		require.NoError(t, err)
		require.Len(t, set.Entries, 50)
		random := rand.New(rand.NewPCG(5, stream))
		prompt, output := s.prompt.source(random), s.output.source(random)
		for i, e := range set.Entries {
			wantPrompt, wantOutput := prompt(), output()
			instruction := dataset.Estimate(s.instruction)
			require.Equal(t, max(wantPrompt, instruction), e.PromptTokens, "%s %d", s.name, i)
			require.Equal(t, wantOutput, e.OutputTokens, "%s %d", s.name, i)
			text(random, wantPrompt-instruction)
			text(random, wantOutput)
		}
	}
}

func TestShippedDatasetsAreRegeneratedByteForByte(t *testing.T) {
	for name, n := range map[string]int{"sharegpt": 40, "billsum": 12, "infinity-instruct": 32} {
		want, err := os.ReadFile("../../../../testdata/datasets/" + name + ".json")
		require.NoError(t, err)
		style, err := styleOf(name)
		require.NoError(t, err)
		var got bytes.Buffer
		require.NoError(t, synthesize(&got, style, n, dataset.LoadGenerator(1024, 1024), 7))
		assert.Equal(t, string(want), got.String(),
			"go run ./workload/serving/dataset/synthesize %s %d 7 > testdata/datasets/%s.json", name, n, name)
		set, err := dataset.Read(name, bytes.NewReader(want), dataset.Options{Filter: dataset.LoadGenerator(1024, 1024)})
		require.NoError(t, err)
		assert.Equal(t, n, set.Passed, "all are such as the load generator keeps")
	}
}

func TestWhatCannotBeSynthesizedIsRefused(t *testing.T) {
	_, err := styleOf("poems")
	require.EqualError(t, err, `no style "poems"; write one of sharegpt, billsum, infinity-instruct`)
	err = synthesize(io.Discard, styles[1], 1, dataset.Filter{MaxPromptTokens: 10}, 1)
	require.ErrorContains(t, err, "style billsum: of 100,000 conversations the filter")
	require.EqualError(t, synthesize(full{}, styles[0], 1, dataset.Filter{}, 1), "disk full")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }
