package gateway

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// meters are the gateway's own metrics.
type meters struct {
	page     http.Handler
	answers  *prometheus.CounterVec
	retries  *prometheus.CounterVec
	broken   *prometheus.CounterVec
	refusals *prometheus.CounterVec
	failures *prometheus.CounterVec
}

func newMeters(g *Gateway) *meters {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tailgate_gateway_" + name, Help: help}, labels)
	}
	m := &meters{
		answers:  counter("responses_total", "Responses of replicas that were passed on, by status.", "replica", "code"),
		retries:  counter("retries_total", "Requests that a replica refused and that were sent to another one.", "replica"),
		broken:   counter("broken_responses_total", "Responses that a replica broke off.", "replica"),
		refusals: counter("refusals_total", "Requests that the gateway answered itself with an error, by reason.", "reason"),
		failures: counter("scrape_failures_total", "Readings of a replica's metrics that failed.", "replica"),
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.answers, m.retries, m.broken, m.refusals, m.failures, states{g})
	m.page = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return m
}

func (m *meters) answered(r *replica, status int) {
	m.answers.WithLabelValues(r.address, strconv.Itoa(status)).Inc()
}
func (m *meters) retried(r *replica)    { m.retries.WithLabelValues(r.address).Inc() }
func (m *meters) broke(r *replica)      { m.broken.WithLabelValues(r.address).Inc() }
func (m *meters) refused(reason string) { m.refusals.WithLabelValues(reason).Inc() }
func (m *meters) scraped(r *replica, err error) {
	if err != nil {
		m.failures.WithLabelValues(r.address).Inc()
	}
}

// states are gauges of what is known of the replicas when they are asked for.
type states struct{ g *Gateway }

var (
	stateUp       = newState("replica_up", "1 if the replica is healthy, else 0.")
	stateFresh    = newState("replica_metrics_fresh", "1 if the replica's metrics are not too old, else 0.")
	stateInFlight = newState("replica_requests_in_flight", "Requests sent to the replica and not answered whole.")
	stateQueue    = newState("replica_requests_waiting",
		"Requests that wait at the replica: by its metrics, and sent since they were read.")
	stateRunning = newState("replica_requests_running", "Requests that run at the replica, by its metrics.")
	stateKV      = newState("replica_kv_cache_usage_perc", "Share of the replica's KV cache in use, 0-1.")
)

func newState(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("tailgate_gateway_"+name, help, []string{"replica"}, nil)
}

// Describe is that of a prometheus.Collector.
func (s states) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(s, to) }

// Collect is that of a prometheus.Collector.
func (s states) Collect(to chan<- prometheus.Metric) {
	now := time.Now()
	for _, r := range s.g.replicas {
		s.g.mu.Lock()
		v, running := r.view("", now, s.g.config.StaleAfter), r.load.running
		s.g.mu.Unlock()
		for desc, value := range map[*prometheus.Desc]float64{
			stateUp: flag(v.up), stateFresh: flag(v.fresh), stateInFlight: float64(v.inFlight),
			stateQueue: float64(v.queue()), stateKV: v.kv,
			stateRunning: float64(running),
		} {
			to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, r.address)
		}
	}
}

func flag(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
