package serving

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// counter is a counter of a server whose growth during a rate is reported.
type counter struct {
	unit string // that it is reported under; a rate if that ends in "/s"
	name string // of the counter, or of a histogram of seconds whose mean is reported
	mean bool
}

// counters are those of vLLM, by its names of 0.26. They are summed over all servers and series.
var counters = []counter{
	{unit: "server-output-tok/s", name: "vllm:generation_tokens_total"},
	{unit: "server-input-tok/s", name: "vllm:prompt_tokens_total"},
	{unit: "server-preemptions", name: "vllm:num_preemptions_total"},
	{unit: "mean-server-ttft-ns", name: "vllm:time_to_first_token_seconds", mean: true},
	{unit: "mean-server-queue-ns", name: "vllm:request_queue_time_seconds", mean: true},
	{unit: "mean-server-prefill-ns", name: "vllm:request_prefill_time_seconds", mean: true},
	{unit: "mean-server-latency-ns", name: "vllm:e2e_request_latency_seconds", mean: true},
}

// scraped is what the servers' metrics said: sums of series by the name of the metric. A name that no server has is not in it.
type scraped struct {
	values map[string]float64
	err    error // why there is none
}

const (
	mostPage   = 8 << 20 // bytes; vLLM's has about 100 kB
	scrapeTime = 5 * time.Second
)

var errNoPages = errors.New("the target names no metrics pages")

// scrape reads the metrics of all servers behind the target.
func scrape(t Target) scraped {
	if len(t.Metrics) == 0 {
		return scraped{err: errNoPages}
	}
	p := scraped{values: map[string]float64{}}
	for _, url := range t.Metrics {
		if err := p.read(url); err != nil {
			return scraped{err: fmt.Errorf("%s: %w", url, err)}
		}
	}
	return p
}

func (p scraped) read(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // whatever it has to say is of no use
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	return p.add(io.LimitReader(response.Body, mostPage))
}

// add adds the series of a page in Prometheus's text format to the sums. What is no line of a series is passed over.
func (p scraped) add(text io.Reader) error {
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, value, ok := series(lines.Text())
		if ok {
			p.values[name] += value
		}
	}
	return lines.Err()
}

// series is the name and the value of a line such as
//
//	vllm:generation_tokens_total{engine="0",model_name="a} b"} 12 1700000000
func series(line string) (name string, value float64, ok bool) {
	at := strings.IndexAny(line, "{ \t")
	if at <= 0 || line[0] == '#' {
		return "", 0, false
	}
	name, rest := line[:at], line[at:]
	if rest[0] == '{' {
		if at = labelsEnd(rest); at < 0 {
			return "", 0, false
		}
		rest = rest[at:]
	}
	fields := strings.Fields(rest)
	if len(fields) == 0 || len(fields) > 2 {
		return "", 0, false
	}
	value, err := strconv.ParseFloat(fields[0], 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		return "", 0, false
	}
	return name, value, true
}

// labelsEnd is the index after the brace that closes the labels; -1 if none does.
func labelsEnd(text string) int {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case !quoted && text[i] == '}':
			return i + 1
		}
	}
	return -1
}

// reportServers reports what grew between two scrapes. What is absent on either is not reported: it is not 0.
func reportServers(b *testing.B, before, after scraped, took time.Duration) {
	b.Helper()
	if b.Failed() || took <= 0 {
		return
	}
	if err := errors.Join(before.err, after.err); err != nil {
		if !errors.Is(err, errNoPages) {
			b.Logf("serving: no metrics of servers: %v", err)
		}
		return
	}
	for _, c := range counters {
		if value, ok := c.between(before, after, took); ok {
			b.ReportMetric(value, c.unit)
		}
	}
}

// between is by how much the counter grew. Not ok if it is absent, has been set back by a server that was started anew,
// or counted nothing to have a mean of.
func (c counter) between(before, after scraped, took time.Duration) (value float64, ok bool) {
	grown := func(name string) (float64, bool) {
		x, was := before.values[name]
		y, is := after.values[name]
		return y - x, was && is && y >= x
	}
	if c.mean {
		sum, ok := grown(c.name + "_sum")
		n, counted := grown(c.name + "_count")
		return 1e9 * sum / n, ok && counted && n > 0 && sum > 0
	}
	value, ok = grown(c.name)
	if strings.HasSuffix(c.unit, "/s") {
		value /= took.Seconds()
	}
	return value, ok
}
