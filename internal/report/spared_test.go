package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

func TestWhatWasLeftOutIsOneNote(t *testing.T) {
	assert.Empty(t, Spared(nil))
	assert.Equal(t, []string{"impossible values of metrics that no rule names were left out: " +
		"candidate:7: Sum-2: delta is negative (-3); Sum: score is NaN"}, Spared([]policy.Problem{
		{File: "candidate", Line: 7, Benchmark: "Sum-2", Fact: "delta is negative (-3)", Fix: "report another"},
		{Benchmark: "Sum", Fact: "score is NaN", Fix: "report a finite number"},
	}))
}
