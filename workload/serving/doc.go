// Package serving loads OpenAI-compatible inference servers, and times their replies.
//
// A [Client] sends requests to one [Target] and says of each [Reply] when its first text came, how long a token took after it,
// and what went wrong: see [Reply] for the definitions and [Kind] for the faults. It decodes nothing while a reply is timed,
// and takes no event for a token: how many tokens there were is what the server's usage says.
//
// A [Scenario] says what load a server gets, and [Benchmark] runs it: a benchmark for each rate, which package regress gates
// as any other. A driver of its own, as the load generator in deploy is, takes the parts: [Scenario.Load], [Scenario.ReadDataset],
// [Scenario.Models] and [Scenario.Request].
//
//	func BenchmarkServing(b *testing.B) {
//		s, err := serving.OpenScenario("testdata/multi-lora.json")
//		if err != nil {
//			b.Fatal(err)
//		}
//		serving.Benchmark(b, s)
//	}
//
//	go test -run '^$' -bench Serving -benchtime 6000x .
//
// b.N is the number of prompts: -benchtime 6000x sends 6,000 at each rate, -benchtime 300s as many as take about 300 s, and without
// -benchtime there are at least 100, and as many as take 1 s. Prompts, adapters and times of arrival are drawn with the scenario's
// seeds: two runs of one b.N send the same requests at the same times. Rates run one after the other against one server;
// each waits until all its requests have ended, so that none begins with the backlog of the one before, and what the drain took
// is in its throughput.
//
// # What is reported of a rate
//
// Times count from when a request was due, and are those of requests that succeeded; q stands for p50, p90, p95 and p99,
// nearest rank. In brackets, whose definition it is: LPG is the regression guide's load generator, IP inference-perf,
// vLLM its serving benchmark.
//
//	q-ns mean-ns min-ns max-ns   until the last text came; without a stream, until the whole reply had
//	                             [vLLM; LPG counts from a send that drifts]
//	q-ttft-ns                    time to first token: until the first text came [IP, vLLM]
//	q-tpot-ns                    time per output token after the first: (latency - ttft) / (tokens - 1), of replies of
//	                             two or more [IP, vLLM]
//	q-itl-ns                     gaps between events that have text [vLLM]
//	q-normalized-ns              latency / tokens [LPG, IP: the guide's "per output token latency"]
//	tok/s, output-tok/min        output tokens, as the server's usage counts them, by the time from the start to the
//	                             last end [LPG before #27: per minute]
//	input-tok/s, input-tok/min   likewise of prompts
//	attempted, succeeded         requests; [LPG's files for one model have succeeded in the place of attempted]
//	errors-percent               of those attempted
//	errors-<kind>                how many failed so, if any: connect, timeout, status-503, malformed, truncated, cancelled
//	offered-req/s                the rate asked for
//	sent-req/s                   n / (time of the last)
//	achieved-req/s               (succeeded - 1) / (last end - first end) [vLLM and LPG divide by the whole time,
//	                             LPG failures included]
//	req/s                        succeeded by the time from the start to the last end
//	p50-lag-ns p99-lag-ns        how late the load generator sent; a run in which that matters fails (see workload.Load)
//	goodput-req/s, -percent      requests that keep every bound of the scenario's slo
//	saturated                    1 if the server fell behind: latencies say how long it was run. Where both sides
//	                             did, a gate goes by its rules on throughput
//	selection                    a number of what prompts and lengths are drawn from, seed included: the first 48
//	                             bits of their SHA-256. A gate refuses sides that differ in it
//	q-ttft.adapter_3-ns          of the adapter adapter-3 alone; without a stream, q-latency.adapter_3-ns
//	q-latency.tier.high-ns       of the tier high; ttft and tpot likewise
//	server-output-tok/s ...      by the servers' own metrics (vLLM 0.26's names), before and after, where
//	                             target.metrics has their pages: server-input-tok/s, server-preemptions,
//	                             mean-server-{ttft,queue,prefill,latency}-ns. What a server does not say is absent,
//	                             and not 0
//
// Names of adapters and tiers are in lower case, with "_" for what is no letter, digit or ".". A rule of a policy names them
// as stages:
//
//	{"metric": "p50-ns", "stage": "ttft.adapter_3", "benchmark": "Serving/case=multi-lora/rate=(20|40)",
//	  "max_regression_percent": 10}
//
// Adapters are drawn by share, each request for itself: of 6,000 requests an adapter of 2 % has 120, give or take 11,
// and of 100 two, whose quantiles say little.
//
// A request that fails does not fail the benchmark, and has no latency: it is counted. Give errors-percent a rule, or the scenario
// a max_error_percent, above which the benchmark is broken off and fails with what was said most often first. A server that does
// not answer a first request fails the benchmark before any load: connect, timeout, status, malformed; the gate calls that invalid.
//
// # The highest rate
//
// A scenario's [Sweep] is a benchmark of its own, Serving/case=.../sweep: it finds the knee, the highest rate at which the SLO
// holds. Its rates lie between sweep.low and sweep.high in equal ratios of at most 1 + resolution; it tries the one in the middle,
// goes on in the upper or the lower half, and so tries ceil(log2(rates + 1)) of them at most: 6 of the 58 from 20 to 320 req/s
// at 5 %. A rate holds if good_percent of its requests keep every bound of the slo (one that fails keeps none) and the server does
// not fall behind.
//
//	max-rate-req/s               the highest rate that holds; the one above it, by the resolution at most, does not
//	swept-out                    1 if that is sweep.high: the knee is there or above, so raise sweep.high. Two such
//	                             sides are invalid, since a gate sees no difference
//	trials                       rates that were tried
//
// Each rate is tried with b.N prompts, and at least as many as sweep.duration or sweep.prompts say, or else as the rates
// of the scenario have: the same prompts, adapters and pattern of arrivals at every rate, with the time between them stretched.
// What one trial leaves behind the next one does not begin with: all requests have ended, those of a rate that is lost are no
// longer sent, and after such a rate a request by itself must keep the SLO again. A trial in which the load generator was late says
// nothing of the server: it is made again, and the third in a row fails the benchmark. So does an SLO that does not hold even at
// sweep.low: there is no knee to report. That a server which holds a rate holds every lower one is taken for granted; the answer,
// and the rate above it that failed, are measured. A stall of the machine can fail a trial: one sweep is one measurement,
// and a gate makes several.
//
//	{"metric": "max-rate-req/s", "benchmark": "Serving/case=knee/sweep", "max_regression_percent": 10}
//
// # What is kept of each request
//
// [Options.Log] gets CSV, a line a request as it ends, each in one write, so that a run that is killed leaves what it had measured.
// Above the lines of a rate stand a comment with the SHA-256 of the selected conversations, and the names of the columns:
//
//	# 100 prompts, selection sha256:6b1f...
//	case,rate,number,index,prompt_tokens,max_tokens,model,sent_ns,latency_ns,ttft_ns,tpot_ns,input_tokens,output_tokens,error
//
// number is the request's place in the schedule and index the conversation's in its file; prompt_tokens and max_tokens are the
// lengths by which it was selected, input_tokens and output_tokens what the server counted. Times are in nanoseconds from when
// the request was due.
//
// # What this package does not do
//
// It decides nothing about a server: package regress does, by the rules of a policy. It compares no tokens: a reply of other words
// is as good, and one that is shorter shows in output-tok/min, unless the scenario sets ignore_eos.
package serving
