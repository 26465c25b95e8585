package serving

import (
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

// writes keeps what each Write got.
type writes struct {
	got  []string
	fail error
}

func (w *writes) Write(p []byte) (int, error) {
	if w.fail != nil {
		return 0, w.fail
	}
	w.got = append(w.got, string(p))
	return len(p), nil
}

func TestARequestIsALineAsSoonAsItEnds(t *testing.T) {
	var to writes
	selection := dataset.Selection{{Index: 4, Prompt: "hi", PromptTokens: 1, OutputTokens: 9}}
	l := newRequestLog(&to, "case", point{rate: 12.5}, selection)
	require.Len(t, to.got, 1)
	assert.True(t, strings.HasPrefix(to.got[0], "# 1 prompts, selection sha256:"+selection.Hash()+"\n"))
	l.line(0, selection[0], "a,b", Reply{
		Sent: 1, Latency: 9 * ms, TTFT: 2 * ms, TPOT: time.Microsecond, PromptTokens: 3, OutputTokens: 8,
		HasCached: true, CachedTokens: 2,
	}, nil)
	require.Len(t, to.got, 2, "each in one write, and at once")
	l.line(1, selection[0], "m", Reply{}, fault(Timeout, "said \"no\""))
	require.NoError(t, l.end())
	r := csv.NewReader(strings.NewReader(strings.Join(to.got, "")))
	r.Comment = '#'
	lines, err := r.ReadAll()
	require.NoError(t, err)
	assert.Equal(t, [][]string{
		strings.Split(strings.TrimSpace(logColumns), ","),
		{"case", "12.5", "", "0", "4", "1", "9", "a,b", "1", "9000000", "2000000", "1000", "3", "8", "2", ""},
		{"case", "12.5", "", "1", "4", "1", "9", "m", "0", "0", "0", "0", "0", "0", "", `timeout: said "no"`},
	}, lines)
}

func TestALogThatCannotBeWrittenIsSaid(t *testing.T) {
	full := errors.New("no space left on device")
	to := &writes{}
	l := newRequestLog(to, "case", point{rate: 1}, nil)
	to.fail = full
	l.line(0, dataset.Entry{}, "m", Reply{}, nil)
	l.line(1, dataset.Entry{}, "m", Reply{}, nil)
	assert.ErrorIs(t, l.end(), full)
	var none *requestLog
	none.line(0, dataset.Entry{}, "m", Reply{}, nil)
	assert.NoError(t, none.end())
}
