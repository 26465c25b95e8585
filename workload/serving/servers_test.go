package serving

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func readScraped(t *testing.T, text string) scraped {
	t.Helper()
	p := scraped{values: map[string]float64{}}
	require.NoError(t, p.add(strings.NewReader(text)))
	return p
}

func TestSeriesAreSummed(t *testing.T) {
	p := readScraped(t, `# HELP vllm:generation_tokens_total Number of tokens.
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
	assert.Equal(t, map[string]float64{"vllm:generation_tokens_total": 47, "plain": 4}, p.values)
}

func TestWhatIsAbsentIsNot0(t *testing.T) {
	before := readScraped(t, "n_total 5\nonly_before 1\nback_total 7\nh_sum 1\nh_count 2\nidle_sum 3\nidle_count 3\n")
	after := readScraped(t, "n_total 15\nonly_after 1\nback_total 6\nh_sum 2\nh_count 6\nidle_sum 3\nidle_count 3\n")
	for _, c := range []struct {
		name    string
		counter counter
		want    float64
		ok      bool
	}{
		{"a counter", counter{unit: "n", name: "n_total"}, 10, true},
		{"a rate", counter{unit: "n/s", name: "n_total"}, 5, true},
		{"a mean", counter{unit: "mean-h-ns", name: "h", mean: true}, 0.25e9, true},
		{"gone after", counter{unit: "n", name: "only_before"}, 0, false},
		{"new after", counter{unit: "n", name: "only_after"}, 0, false},
		{"set back by a new server", counter{unit: "n", name: "back_total"}, 0, false},
		{"a mean of nothing", counter{unit: "mean-h-ns", name: "idle", mean: true}, 0, false},
		{"unknown", counter{unit: "n", name: "x"}, 0, false},
	} {
		value, ok := c.counter.between(before, after, 2*time.Second)
		assert.Equal(t, c.ok, ok, c.name)
		if c.ok {
			assert.InDelta(t, c.want, value, 1e-9*c.want, c.name)
		}
	}
}

func TestAScrapeIsOfAllServersOrNone(t *testing.T) {
	one := httptest.NewServer(replies(200, "text/plain", "n_total 5\n"))
	defer one.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	assert.Equal(t, map[string]float64{"n_total": 10}, scrape(Target{Metrics: []string{one.URL, one.URL}}).values)
	assert.ErrorContains(t, scrape(Target{Metrics: []string{one.URL, gone.URL}}).err, "status 404")
	assert.ErrorIs(t, scrape(Target{}).err, errNoPages)
}
