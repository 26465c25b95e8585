package report

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

// documents are the reports that the tests read, by the name of their golden files.
var documents = map[string]func() Document{
	"causes":  causesDocument,
	"servers": serversDocument,
	"ok": func() Document {
		d := compared(policy.Policy{}, results(served("MLP", 26.2*ms, 0.01)), results(served("MLP", 26.21*ms, 0.012)))
		d.Baseline = d.Candidate
		d.Baseline.Why = "nothing has changed since HEAD: the work tree against itself (A/A)"
		d.Settings = nil
		d.Notes = []string{"the test binaries of both sides are identical: only noise and the files that they read can differ"}
		return d
	},
	"regressed": func() Document {
		return compared(both, results(served("Small", 640*us, 0.02), served("MLP", 26.2*ms, 0.01)),
			results(served("Small", 800*us, 0.02), served("MLP", 31.4*ms, 0.012)))
	},
	"duet": func() Document {
		n := policy.Noise{
			Method: "duet", Rounds: 8, Launches: 5, Seconds: 10.2, Operations: 1, Turn: 0.0081, Stalls: 3.14, Switches: 24.3,
			Alternation: 0.98, Busy: 55.2, Load: 0.52,
		}
		d := inDuet(both, n, with(served("MLP", 8*ms, 0.01), "cpu-ns", 7.8*ms, 0.004),
			with(served("MLP", 9.6*ms, 0.012), "cpu-ns", 9.3*ms, 0.004))
		d.Spend("built", 1250*time.Millisecond)
		d.Spend("waited", 49*time.Millisecond)
		d.Spend("measured", 9*time.Second)
		d.Spend("built", 60*time.Millisecond)
		return d
	},
	"waiting": func() Document {
		n := policy.Noise{
			Method: "duet", Rounds: 10, Launches: 6, Seconds: 21, Stalls: 14.4, Switches: 310, Steal: 3.42, Busy: 97, Load: 5.1,
		}
		return inDuet(policy.Policy{}, n, with(served("MLP", 8*ms, 0.22), "cpu-ns", 7.8*ms, 0.004),
			with(served("MLP", 9.6*ms, 0.22), "cpu-ns", 7.81*ms, 0.004))
	},
	"whole-runs": func() Document {
		n := policy.Noise{Method: "whole runs", Rounds: 10, Launches: 10, Seconds: 31}
		b, c := served("Sort", 8*ms, 0.3), served("Sort", 9.6*ms, 0.3)
		only := policy.Policy{Rules: []policy.Rule{{Metric: "ns/op", MaxRegressionPercent: 10}}}
		for _, side := range []judge.Benchmark{b, c} {
			maps.DeleteFunc(side.Metrics, func(unit string, _ []float64) bool { return unit != "ns/op" })
		}
		return inDuet(only, n, b, c)
	},
	"improved": func() Document {
		return compared(both, results(served("MLP", 26.2*ms, 0.01)), results(served("MLP", 20.1*ms, 0.012)))
	},
	"inconclusive":         func() Document { return unsure(policy.Policy{}) },
	"inconclusive-allowed": func() Document { return unsure(policy.Policy{OnInconclusive: policy.Warn}) },
	"blind": func() Document {
		return compared(policy.Policy{}, results(served("MLP", 26.2*ms, 0.3), served("MLPTiny", 6*ms, 0.2), served("Chat", 12*ms, 0.01)),
			results(served("MLP", 31.4*ms, 0.3), served("MLPTiny", 6*ms, 0.2), served("Chat", 12*ms, 0.01)))
	},
	"blind-failing": func() Document {
		return compared(policy.Policy{OnBlind: policy.Fail}, results(served("MLP", 26.2*ms, 0.3)), results(served("MLP", 31.4*ms, 0.3)))
	},
	"floors": func() Document {
		p := policy.Policy{Rules: []policy.Rule{
			{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1 * ms},
			{Metric: "req/s", Benchmark: "MLPTiny", MaxRegressionPercent: 10, MinRegression: 4000},
			{Metric: "req/s", Benchmark: "MLPSmall", MaxRegressionPercent: 10, MinRegression: 80},
		}}
		return compared(p, results(served("MLP", 26.2*ms, 0.01), served("MLPSmall", 5*ms, 0.01), served("MLPTiny", 280*us, 0.01)),
			results(served("MLP", 26.2*ms, 0.01), served("MLPSmall", 5*ms, 0.01), served("MLPTiny", 480*us, 0.01)))
	},
	"itself-blind": func() Document {
		d := compared(policy.Policy{}, results(served("MLP", 26.2*ms, 0.3)), results(served("MLP", 26.2*ms, 0.3)))
		d.Name, d.Expected = "TestGateDetects/identical", policy.OK
		return d
	},
	"itself": func() Document {
		d := compared(policy.Policy{}, results(served("MLP", 26.2*ms, 0.01)), results(served("MLP", 26.2*ms, 0.01)))
		d.Name, d.Expected = "TestGateDetects/identical", policy.OK
		return d
	},
	"invalid": func() Document {
		broken := judge.Benchmark{ID: policy.ID{Package: pkg, Name: "Chat", Procs: 2},
			Problem: failed("candidate: run 3: the test binary exited with status 2\n" +
				"\tpanic: runtime error: index out of range [16] with length 16\n\n\tgoroutine 7 [running]:\n" +
				"\texample.com/infer.(*Cache).At(...)\n\t\t/src/infer/cache.go:41\n\tFAIL\texample.com/infer\t0.213s")}
		p := policy.Policy{Rules: append([]policy.Rule{
			{Metric: "p95-ns", Stage: "decode", MaxRegressionPercent: 5, MinRegression: 200 * us},
			{Metric: "p99-ns", Benchmark: "Chatt.*", MaxRegressionPercent: 10, MinRegression: 1.5 * ms},
		}, both.Rules[0])}
		return compared(p, results(served("Chat", 12*ms, 0.01), served("MLP", 26.2*ms, 0.01)),
			results(broken, served("MLP", 26.3*ms, 0.01)))
	},
	"added-removed": func() Document {
		return compared(both, results(served("Old", 9*ms, 0.01), served("MLP", 26.2*ms, 0.01)),
			results(served("MLP", 26.1*ms, 0.01), served("New", 7*ms, 0.01)))
	},
	"first":           func() Document { return first("ok") },
	"first-added":     func() Document { return first("added") },
	"first-error":     func() Document { return first("error") },
	"first-itself":    func() Document { return first("itself") },
	"first-unchanged": func() Document { return first("unchanged") },
	"unchanged":       func() Document { return unchanged("MLP", "Small") },
	"unchanged-beside": func() Document {
		d := unchanged("Small", "Decoder")
		d.Notes = []string{"measured in whole runs, not in a duet: the baseline's tailgate is too old to take turns"}
		return d
	},
	"unchanged-inputs": func() Document {
		d := compared(policy.Policy{}, results(served("MLP", 26.2*ms, 0.01)), results(served("MLP", 26.2*ms, 0.01)))
		v := &d.Report.Verdicts[0]
		*v = policy.Verdict{ID: v.ID, Rule: v.Rule, Unit: v.Unit, Outcome: policy.Invalid, Fails: true, Reason: policy.Reason{
			Code: policy.UncommittedInput, Facts: policy.Facts{Side: "candidate", Words: []string{"models/small.gguf"}},
			Advice: []policy.Advice{{Do: policy.CommitInput}},
		}}
		d.Report.Benchmarks[0].Metrics = nil
		return d
	},
	"removed-allowed": func() Document {
		p := policy.Policy{OnRemoved: policy.Warn}
		return compared(p, results(served("Old", 9*ms, 0.01), served("MLP", 26.2*ms, 0.01)), results(served("MLP", 26.1*ms, 0.01)))
	},
	"accepted": func() Document {
		return accepting("s\n\nPerf-Accept: MLP p95-ns <=+25% answers are checked now, since #41\n" +
			"Perf-Accept: example.com/infer/MLP req/s >=-20% answers are checked now\nPerf-Accept: MLP p95-ns <=+22% the same\n" +
			"Perf-Accept: example.com/chat/Chat p95-ns <=+5% of another gate")
	},
	"exceeded": func() Document {
		return accepting("Perf-Accept: MLP p95-ns <=+15% answers are checked, which is to cost <b>less</b> than `15 %`")
	},
	"expected": func() Document {
		d := compared(policy.Policy{}, results(served("MLP", 26.2*ms, 0.01)), results(served("MLP", 31.2*ms, 0.012)))
		d.Name = "TestGateDetects/planted"
		d.Planted, d.Expected = "5ms", policy.Regressed
		d.Settings = append(d.Settings, Setting{"inject", "5ms", "-regress.inject"}, Setting{"expect", "regressed", "REGRESS_EXPECT"})
		return d
	},
	"expected-missed": func() Document {
		d := compared(policy.Policy{}, results(served("MLP", 26.2*ms, 0.01)), results(served("MLP", 27.2*ms, 0.012)))
		d.Planted, d.Expected = "1ms", policy.Regressed
		return d
	},
	"error": unbuilt,
	"counts": func() Document {
		p := policy.Policy{Rules: []policy.Rule{
			{Metric: "ns/op", MaxRegressionPercent: 5}, {Metric: "allocs/op", MinRegression: 1}, {Metric: "B/op", MaxRegressionPercent: 20}}}
		decode := func(ns, bytes, allocs, deviation float64) judge.Benchmark {
			b := benchmark("Decode/lora=8", deviation, map[string]float64{"ns/op": ns})
			for range offsets {
				b.Metrics["B/op"] = append(b.Metrics["B/op"], bytes)
				b.Metrics["allocs/op"] = append(b.Metrics["allocs/op"], allocs)
			}
			return b
		}
		d := compared(p, results(decode(812.4, 0, 0, 0.004)), results(decode(815.1, 4096, 1, 0.004)))
		d.Baseline, d.Candidate = Side{What: "testdata/base.txt", Why: "given by Gate"}, Side{What: "this run", Why: "go test -bench"}
		d.Notes = []string{"saved results: this report cannot know whether both sides were measured on one machine, " +
			"at one time, in turn. The same binary drifts by a third within an hour on a shared host; " +
			"compare git revisions to measure both now"}
		return d
	},
	"too-few": func() Document {
		two := func(latency float64) judge.Benchmark {
			b := served("MLP", latency, 0.01)
			for unit, runs := range b.Metrics {
				b.Metrics[unit] = runs[:2]
			}
			return b
		}
		return compared(policy.Policy{}, results(two(26.2*ms)), results(two(31.4*ms)))
	},
	"tokens": func() Document {
		p := policy.Policy{Rules: []policy.Rule{
			{Metric: "p95-ttft-ns", MaxRegressionPercent: 10, MinRegression: 5 * ms},
			{Metric: "tok/s", MaxRegressionPercent: 5},
			{Metric: "p95-tpot-ns", MaxRegressionPercent: 10, MinRegression: 200 * us},
		}}
		chat := func(ttft, tpot float64) judge.Results {
			whole := ttft + 63*tpot
			return results(benchmark("Serve/workload=chat/rate=300", 0.01, map[string]float64{
				"ns/op": whole, "req/s": 297.3, "tok/s": 64 * 297.3 * 5.12e6 / tpot, "p50-ns": whole, "p95-ns": 1.2 * whole,
				"p99-ns": 3.4 * whole, "p50-ttft-ns": 0.8 * ttft, "p95-ttft-ns": ttft, "p99-ttft-ns": 1.4 * ttft, "p50-tpot-ns": 0.9 * tpot,
				"p95-tpot-ns": tpot, "p95-itl-ns": 1.6 * tpot,
			}), served("Warm", 3*ms, 0.01))
		}
		return compared(p, chat(91.2*ms, 5.12*ms), chat(117.9*ms, 5.19*ms))
	},
	"serving": func() Document { return servingIn("multi-lora-small", 40, 80, 120, 160, 200, 240, 280) },
	"serving-saved": func() Document {
		return compared(servedWell, service{capacity: 250}.loaded("multi-lora", 40, 80, 120, 160),
			service{capacity: 250}.loaded("multi-lora", 40, 80, 120, 160))
	},
	"serving-one-rate": func() Document { return servingIn("multi-lora-gate", 160) },
	"plain": func() Document {
		return operations(48, map[int]operated{
			7: {factor: 1.31}, 11: {factor: 0.7}, 19: {deviation: 0.3}, 23: {deviation: 0.3}, 30: {allocs: 1}, 37: {fails: true},
			38: {fails: true}, 41: {isNew: true},
		})
	},
	"plain-ok": func() Document { return operations(48, nil) },
	"plain-few": func() Document {
		return operations(3, map[int]operated{1: {factor: 1.2}, 2: {deviation: 0.2, factor: 0.8}})
	},
	"plain-beside-requests": func() Document {
		d := operations(12, map[int]operated{3: {factor: 1.31}})
		served := compared(policy.Policy{}, results(served("MLP", 26.2*ms, 0.01)), results(served("MLP", 26.21*ms, 0.012)))
		d.Report.Benchmarks = append(d.Report.Benchmarks, served.Report.Benchmarks...)
		d.Report.Verdicts = append(d.Report.Verdicts, served.Report.Verdicts...)
		d.Planted = "25%"
		return d
	},
	"many": func() Document {
		random := rand.New(rand.NewPCG(1, 2))
		var baseline, candidate []judge.Benchmark
		for _, phase := range []string{"prefill", "decode"} {
			for rate := 20; rate <= 200; rate += 10 {
				name := fmt.Sprintf("Serve/workload=multi-lora/phase=%s/rate=%d", phase, rate)
				latency := (2 + float64(rate)/10) * ms
				factor := 1 + 0.04*random.Float64()
				if phase == "decode" && rate > 180 {
					factor = 1.3
				}
				baseline, candidate = append(baseline, served(name, latency, 0.01)), append(candidate, served(name, factor*latency, 0.01))
			}
		}
		return compared(policy.Policy{}, results(baseline...), results(candidate...))
	},
	"drifted":       func() Document { return anchored(policy.Policy{}) },
	"drifted-plain": func() Document { return anchoredOperations() },
	"drifted-allowed": func() Document {
		return anchored(policy.Policy{OnDrifted: policy.Warn})
	},
	"untrusted": func() Document {
		name := "A|B/<img src=x onerror=alert(1)>/`tick`/@octocat/#1/*bold*_it_/[link](http://example.com)/$x^2$/&lt;"
		broken := judge.Benchmark{ID: policy.ID{Package: pkg, Name: name, Procs: 2},
			Problem: failed("candidate: printed \x1b[2J\x1b[31mred\x1b[0m | pipe <b>bold</b> ```fence``` @octocat fixes #1 \u202etxet")}
		d := compared(policy.Policy{}, results(served(name, 12*ms, 0.01)), results(broken))
		d.Baseline.What = "main, 1a2b3c4d5e6f (merge @octocat's `fix` | closes #2 <!-- -->)"
		d.Notes = []string{"a note\nover two lines with </details> and a | pipe"}
		return d
	},
}
