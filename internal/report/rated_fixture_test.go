package report

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

// service is a model of a service with fifteen adapters in three tiers: its queue grows as its rate nears its capacity.
type service struct {
	capacity float64            // requests per second
	adapters map[string]float64 // how many times the TTFT of others an adapter has at a busy rate; 1 where there is none
}

const answer = 128 // tokens

// at are the medians of the service at a rate.
func (s service) at(rate float64) map[string]float64 {
	load := rate / s.capacity
	queue := 1 + load*load/(1-min(load, 0.96))
	ttft, tpot := 18*ms*queue, 8*ms*(1+0.5*load)
	latency, done := ttft+(answer-1)*tpot, min(rate, s.capacity)
	m := map[string]float64{
		"p50-ns": latency, "p90-ns": 1.2 * latency, "p95-ns": 1.3 * latency, "p99-ns": 1.6 * latency, "req/s": done,
		"p50-ttft-ns": ttft, "p90-ttft-ns": 1.6 * ttft, "p95-ttft-ns": 2 * ttft, "p50-tpot-ns": tpot, "p95-tpot-ns": 1.4 * tpot,
		"p50-normalized-ns": latency / answer, "p90-normalized-ns": 1.2 * latency / answer, "p50-lag-ns": 21 * us, "p99-lag-ns": 350 * us,
		"output-tok/min": 60 * done * answer, "offered-req/s": rate, "achieved-req/s": rate, "attempted": 5 * rate, "succeeded": 5 * done,
		"errors-percent": 10 * (1 - done/rate), "goodput-percent": 100 * (1 - 0.5*load*load), "saturated": 0,
	}
	if load > 0.95 {
		m["saturated"], m["goodput-percent"] = 1, 12
	}
	for i := range 15 {
		adapter, tier := fmt.Sprintf("adapter_%d", i), []string{"high", "middle", "low"}[i/5]
		own := ttft * (1 + 0.02*float64(i))
		if k, ok := s.adapters[adapter]; ok {
			own *= 1 + (k-1)*load
		}
		m["p50-ttft."+adapter+"-ns"], m["p95-ttft."+adapter+"-ns"] = own, 2.2*own
		if i%5 == 2 { // the tier's median is that of its third
			m["p50-ttft.tier."+tier+"-ns"], m["p95-ttft.tier."+tier+"-ns"] = own, 2.1*own
			m["p50-latency.tier."+tier+"-ns"], m["p50-tpot.tier."+tier+"-ns"] = own+(answer-1)*tpot, tpot
		}
	}
	return m
}

// loaded are its benchmarks at the rates, of ten runs each.
func (s service) loaded(name string, rates ...float64) judge.Results {
	var all []judge.Benchmark
	for _, rate := range rates {
		b := benchmark(fmt.Sprintf("Serving/case=%s/rate=%s", name, exact(rate)), 0.02, s.at(rate))
		for unit := range maps.Keys(b.Metrics) {
			switch unit {
			case "saturated", "attempted", "succeeded", "offered-req/s":
				for i := range b.Metrics[unit] { // counted, and alike in each run
					b.Metrics[unit][i] = s.at(rate)[unit]
				}
			}
		}
		all = append(all, b)
	}
	return judge.Results{Benchmarks: all}
}

// served are rules for a service: what its users feel, and what it gets done.
var servedWell = policy.Policy{Rules: []policy.Rule{
	{Metric: "p50-ns", Stage: "ttft", MaxRegressionPercent: 20, MinRegression: 1 * ms},
	{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1 * ms},
	{Metric: "output-tok/min", MaxRegressionPercent: 5, Direction: policy.Higher},
}}

var slow = map[string]float64{"adapter_10": 1.7, "adapter_11": 1.9, "adapter_12": 2.2, "adapter_13": 1.8, "adapter_14": 1.7}

// servingIn compares a service of 260 requests a second with one of 235, whose tier low is slow besides, measured in rounds.
func servingIn(name string, rates ...float64) Document {
	baseline := service{capacity: 260}.loaded(name, rates...)
	candidate := service{capacity: 235, adapters: slow}.loaded(name, rates...)
	for _, b := range candidate.Benchmarks { // whose luck is another
		for _, unit := range slices.Sorted(maps.Keys(b.Metrics)) {
			b.Metrics[unit] = slices.Concat(b.Metrics[unit][3:], b.Metrics[unit][:3])
		}
	}
	return inRounds(servedWell, baseline, candidate)
}

// inRounds is compared, with the sides measured in ten rounds, and details.
func inRounds(p policy.Policy, baseline, candidate judge.Results) Document {
	d := compared(p, results(), results())
	j := judge.By(p)
	pairs := j.Pairs(baseline, candidate)
	for i := range pairs {
		pairs[i].Noise = policy.Noise{Method: "whole runs", Rounds: 10, Launches: 10, Seconds: 42}
	}
	plan := j.Plan(judge.Family(pairs))
	d.Report = j.Report(pairs, verdictsAt(j, pairs, plan, len(offsets), true))
	random := rand.New(rand.NewPCG(5, 9))
	for _, pair := range pairs {
		detail := charted(j, pair, plan, random)
		detail.Baseline, detail.Candidate, detail.Shift, detail.Rounds = nil, nil, nil, nil
		d.Details = append(d.Details, detail)
	}
	return d
}
