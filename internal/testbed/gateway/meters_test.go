package gateway

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMetricsTellOfEachReplica(t *testing.T) {
	r := newRig(t, 2, Config{HealthInterval: time.Hour}, func(i int, f *fake) { f.load = load{waiting: 3 + i, running: 2, kv: 0.25} })
	r.set(0, func(*fake) {})
	r.set(1, func(*fake) {})
	r.post("base")
	r.post("nobody")
	require.NoError(t, r.idle())
	response, body := r.send("GET", "/metrics", "")
	require.Equal(t, 200, response.StatusCode)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	require.NoError(t, err)
	read := func(name string, labels map[string]string) float64 {
		t.Helper()
		for _, m := range families["tailgate_gateway_"+name].GetMetric() {
			matches := 0
			for _, pair := range m.GetLabel() {
				if labels[pair.GetName()] == pair.GetValue() {
					matches++
				}
			}
			if matches == len(labels) {
				return value(m)
			}
		}
		t.Fatalf("no %s %v in\n%s", name, labels, body)
		return 0
	}
	at := func(i int) map[string]string { return map[string]string{"replica": r.fakes[i].url} }
	for i := range r.fakes {
		assert.Equal(t, 1.0, read("replica_up", at(i)))
		assert.Equal(t, 1.0, read("replica_metrics_fresh", at(i)))
		assert.Equal(t, 0.0, read("replica_requests_in_flight", at(i)))
		assert.Equal(t, 2.0, read("replica_requests_running", at(i)))
		assert.Equal(t, float64(3+i), read("replica_requests_waiting", at(i)))
		assert.Equal(t, 0.25, read("replica_kv_cache_usage_perc", at(i)))
	}
	assert.Equal(t, 1.0, read("responses_total", map[string]string{"replica": r.fakes[0].url, "code": "200"}))
	assert.Equal(t, 1.0, read("refusals_total", map[string]string{"reason": "unknown_model"}))
}
