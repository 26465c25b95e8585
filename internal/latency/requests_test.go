package latency

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// recordedOf is what two requests leave whose stages were marked in the order of names.
func recordedOf(names ...string) *Requests {
	var r Requests
	r.Latency.Append(100, 200)
	r.TTFT.Append(10, 20)
	r.Gap.Append(5, 6, 7)
	r.TPOT.Append(5, 6)
	r.Tokens = 5
	for _, name := range names {
		r.Stage(name).Append(int64(len(name)), 30)
	}
	return &r
}

func TestAddingRequestsIsRecordingThemTogether(t *testing.T) {
	whole := recordedOf("model", "preprocess")
	whole.Add(recordedOf("preprocess", "post", "model"))

	want := recordedOf("model", "preprocess", "post")
	want.Latency.Append(100, 200)
	want.TTFT.Append(10, 20)
	want.Gap.Append(5, 6, 7)
	want.TPOT.Append(5, 6)
	want.Tokens = 10
	want.Stage("model").Append(5, 30)
	want.Stage("preprocess").Append(10, 30)
	assert.Equal(t, want, whole)
}

func TestAStageIsFoundByName(t *testing.T) {
	r := recordedOf("a", "b")
	assert.Same(t, &r.Stages[1].Times, r.Stage("b"))
	assert.Len(t, r.Stages, 2)
}

func TestResetRequestsAreEmpty(t *testing.T) {
	r := recordedOf("model")
	r.Reset()
	assert.Empty(t, reported(r, time.Second))
	r.Latency.Record(1)
	for _, m := range reported(r, 0) {
		assert.Equal(t, 1.0, m.value, m.unit)
	}
	assert.Len(t, reported(r, 0), 7, "neither stages nor tokens")

	assert.Zero(t, testing.AllocsPerRun(10, func() {
		r.Reset()
		r.Latency.Append(1, 2)
		r.Stage("model").Append(1, 2)
	}), "storage is kept")
}
