// Package serving loads OpenAI-compatible inference servers, and times their replies.
//
// A [Client] sends requests to one [Target] and says of each [Reply] when its first text came, how long a token took after it,
// and what went wrong: see [Reply] for the definitions and [Kind] for the faults. It decodes nothing while a reply is timed,
// and takes no event for a token: how many tokens there were is what the server's usage says. It sends by net/http, over HTTP/2
// where an https server offers it, and through the proxies that the environment names: see [Target.Transport].
//
// A [Scenario] says what load a server gets, and [Benchmark] runs it: a benchmark for each rate, or each number of requests under
// way, which package regress gates as any other. A driver of its own, as the load generator in deploy is, takes the parts:
// [Scenario.Load], [Scenario.ReadDataset], [Scenario.Models], [Scenario.Request] and [Scenario.Probe].
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
// -benchtime there are at least 100, and as many as take 1 s. Under a gate a round is what the scenario says: its prompts, or those
// that its duration has at the rate. A gate that has no time for its rounds says so before it measures. Prompts, adapters and times
// of arrival are drawn with the scenario's seeds: two runs of one b.N send the same requests at the same times. Rates run one after
// the other against one server; each waits until all its requests have ended, so that none begins with the backlog of the one
// before, and what the drain took is in its throughput.
//
// In the place of rates a scenario may have numbers of requests under way ("concurrency": [1, 8]), or be as fast as it goes
// ("max_rate": true, with "max_in_flight", or 512 without it, under way). A request is sent when another has its reply, and its
// times count from then. So a server that stalls is asked less, and its latencies look better than those that users who come at a
// rate would have ("coordinated omission"): compare such latencies with others at the same concurrency only.
//
// A request is good if its stream ended well: without an error in any form in use, with a finish_reason that means success, and
// with [DONE]. docs/replies.md has all forms.
//
// # What is reported of a rate
//
// Times count from when a request was due, and are those of requests that succeeded; q stands for p50, p90, p95 and p99,
// nearest rank. A concurrency reports no offered and sent rate, no lag and no saturated: none of its requests is due at a
// time. In brackets, whose definition it is: LPG is the regression guide's load generator, IP inference-perf, vLLM its
// serving benchmark.
//
//	q-ns mean-ns min-ns max-ns   until the last text came; without a stream, until the whole reply had
//	                             [vLLM; LPG counts from a send that drifts]
//	mean-{ttft,tpot,itl,normalized}-ns   the mean of each of the following
//	q-ttft-ns                    time to first token: until the first text came [IP, vLLM]
//	q-tpot-ns                    time per output token after the first: (latency - ttft) / (tokens - 1), of replies of
//	                             two or more [IP, vLLM], in two texts or more; 1 ns where all came in one read
//	q-itl-ns                     gaps between events that have text [vLLM]
//	q-normalized-ns              latency / tokens [LPG, IP: the guide's "per output token latency"]
//	tok/s, output-tok/min        output tokens, as the server's usage counts them, by the time from the start to the
//	                             last end, as req/s [LPG before #27: per minute]. Without usage there is no metric of
//	                             tokens
//	input-tok/s, input-tok/min   likewise of prompts
//	attempted, succeeded         requests; [LPG's files for one model have succeeded in the place of attempted]
//	errors-percent               of those attempted
//	errors-<kind>                how many failed so, if any: connect, timeout, status-503, malformed, truncated, aborted,
//	                             cancelled, other-model, empty, wrong-length
//	empty-percent                of those that succeeded, how many had no text
//	no-usage-percent             of those that succeeded, of how many the server said no number of tokens
//	resent-percent               of those that succeeded, how many were sent again, since the server had closed a connection
//	                             that was in use within a second before. A server may close one that idled
//	late-end-percent             of those that succeeded, how many streams had [DONE] over 100 ms after their last text
//	output-tok/req               output tokens of a reply, of those of which the server said it, in the mean
//	offered-req/s                the rate asked for
//	sent-req/s                   n / (time of the last)
//	achieved-req/s               (succeeded - 1) / (last end - first end) [vLLM and LPG divide by the whole time,
//	                             LPG failures included]
//	req/s                        succeeded by the time from the start to the last end. A request that succeeded ends with its
//	                             last text, and what the connection does then is left out. One that failed ends when it
//	                             is given up, so that one that hangs makes req/s low, but not achieved-req/s
//	p50-lag-ns p99-lag-ns        how late the load generator sent; a run in which that is more than the scenario's
//	                             max_lag_percent allows fails, and a gate measures it again
//	goodput-req/s, -percent      requests that keep every bound of the scenario's slo
//	saturated                    1 if the server fell behind: latencies say how long it was run. Where both sides
//	                             did, a gate goes by its rules on throughput
//	cached-percent               of the prompts' tokens, how many came from a cache, by usage (cached_tokens) or llama.cpp's
//	                             timings; absent where the server does not say
//	cold                         1 if no cache was to know the prompts, nor do they share anything: see [Cache]
//	held-open-percent            of requests, how many streams the server had not ended 100 ms after [DONE]; absent if none
//	insecure-tls                 1 if any certificate of the server was accepted; absent if not
//	selection                    a number of what prompts and lengths are drawn from, seed included: the first 48
//	                             bits of their SHA-256. A gate refuses sides that differ in it
//	q-ttft.adapter_3-ns          of the adapter adapter-3 alone; without a stream, q-latency.adapter_3-ns
//	q-latency.tier.high-ns       of the tier high; ttft and tpot likewise
//	server-output-tok/s ...      by the servers' own metrics, before and after, by the names of vLLM 0.26, SGLang,
//	                             llama.cpp and TGI, where target.metrics has their pages, or at /metrics of a server
//	                             that a gate names: server-input-tok/s, server-preemptions, server-cached-percent (of
//	                             prompt tokens), server-{ttft,queue,prefill,decode,latency}-ns, which are means over
//	                             requests, of TGI's prefill over batches; where a server only knows tokens,
//	                             server-{prefill,decode}-ns/tok. What a server does not say is absent, and not 0
//
// Names of adapters and tiers are in lower case, with "_" for every character other than a letter, a digit or ".". A rule of a
// policy names them as stages:
//
//	{"metric": "p50-ns", "stage": "ttft.adapter_3", "benchmark": "Serving/case=multi-lora/rate=(20|40)",
//	  "max_regression_percent": 10}
//
// Each block of 50 requests has every adapter's share, in an order that is drawn with the scenario's seed: an adapter of 2 %
// gets one. Quantiles of two requests in a hundred say little.
//
// A request that fails does not fail the benchmark, and has no latency: it is counted. Give errors-percent a rule, or the scenario
// a max_error_percent, above which the benchmark is broken off and fails with what was said most often first. A server that does
// not answer a first request, sent five times unless the server takes it for wrong, fails the benchmark before any load: connect,
// timeout, status, malformed, other-model; the gate calls that invalid.
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
//	cached-percent, cold         of all prompts that were sent, as of a rate
//
// Each rate is tried with b.N prompts, and at least as many as sweep.duration or sweep.prompts say, or else as the rates of the
// scenario have: the same prompts, adapters and pattern of arrivals at every rate, with the time between them stretched. No trial
// begins with what the one before left behind: all requests have ended, a rate that is lost is broken off, and after such a rate a
// request by itself must keep the SLO again. A trial in which the load generator was late says nothing of the server: it is made
// again, and the third in a row fails the benchmark. So does an SLO that does not hold even at sweep.low: there is no knee to
// report. The sweep assumes that a server which holds a rate holds every lower one; it measures the answer, and the rate above it
// that failed. A stall of the machine can fail a trial: one sweep is one measurement, and a gate makes several.
//
//	{"metric": "max-rate-req/s", "benchmark": "Serving/case=knee/sweep", "max_regression_percent": 10}
//
// # What is kept of a run
//
// Below the results of a rate a table is printed, a comment to benchstat: TTFT, TPOT, gaps and latency by mean, p50, p90, p95, p99
// and maximum, of all its runs together. [Options.Results] is a file that gets the same and more as JSON, by results.schema.json.
//
// [Options.Log] gets CSV, a line a request as it ends, each in one write, so that a run that is killed leaves what it had measured.
// Above the lines of a rate stand a comment with the SHA-256 of the selected conversations, and the names of the columns:
//
//	# 100 prompts, selection sha256:6b1f...
//	case,rate,concurrency,number,index,prompt_tokens,max_tokens,model,sent_ns,latency_ns,ttft_ns,tpot_ns,input_tokens,
//	output_tokens,cached_tokens,error
//
// rate is empty where concurrency is the number of requests under way, and max where it was to be as fast as it goes. number is the
// request's place in the schedule and index the conversation's in its file; prompt_tokens and max_tokens are the lengths by which
// it was selected, input_tokens, output_tokens and cached_tokens what the server counted. Times are in nanoseconds from when the
// request was due.
//
// # What this package does not do
//
// It decides nothing about a server: package regress does, by the rules of a policy. It compares no words: other ones are as good.
// Where the scenario sets ignore_eos a reply of another length has failed; where not, a gate refuses sides whose replies differ in
// length by more than a tenth, and not by chance.
package serving
