package serving

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func readSums(t *testing.T, text string) sums {
	t.Helper()
	p := sums{}
	require.NoError(t, p.add(strings.NewReader(text)))
	return p
}

func TestSeriesAreSummed(t *testing.T) {
	p := readSums(t, `# HELP vllm:generation_tokens_total Number of tokens.
# TYPE vllm:generation_tokens_total counter
vllm:generation_tokens_total{engine="0",model_name="a} \"b"} 12
vllm:generation_tokens_total{engine="1"} 3.5e1 1700000000000
plain 4
no_value{a="b"}
unclosed{a="b" 5
not_a_number NaN
infinite +Inf
too many fields here
{} 7

`)
	assert.Equal(t, sums{"vllm:generation_tokens_total": 47, "plain": 4}, p)
}

func TestSeriesAreToldApartByOneLabel(t *testing.T) {
	p := readSums(t, `s_sum{method="prefill",reason="a,b=\"method=\""} 1
s_sum{ reason="x", method="decode" } 2
s_sum{method="pre\"fill"} 4
s_sum{method=""} 8
s_sum{submethod="prefill"} 16
`)
	assert.Equal(t, sums{"s_sum": 31, "s_sum{method=prefill}": 1, "s_sum{method=decode}": 2}, p)
}

func FuzzSeries(f *testing.F) {
	f.Add("vllm:generation_tokens_total{engine=\"0\",model_name=\"a} \\\" b\"} 12 1700000000")
	f.Add("a{method=\"x\"} NaN")
	f.Add("{} 7")
	f.Fuzz(func(t *testing.T, line string) {
		name, labels, _, ok := series(line)
		if ok {
			assert.NotEmpty(t, name)
			assert.Contains(t, line, labels)
		}
		labelled(labels, "method")
	})
}
