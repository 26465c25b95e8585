// Package workload turns Go benchmarks into latency workloads.
//
// A workload is an ordinary benchmark whose requests go through a [Recorder]:
//
//	func BenchmarkChat(b *testing.B) {
//		m := load(b)
//		rec := workload.Record(b)
//		for b.Loop() {
//			rec.Do(func(r *workload.Request) error {
//				x := prepare(prompt)
//				r.Stage("preprocess")
//				y := m.Forward(x)
//				r.Stage("model")
//				return finish(y)
//			})
//		}
//	}
//
// It works the same under b.Loop, b.N, b.RunParallel, in sub-benchmarks, and with -count, -cpu and -benchtime.
//
// # What is reported
//
//	p50-ns p90-ns p95-ns p99-ns    latency of a request: nearest-rank quantiles
//	mean-ns min-ns max-ns          likewise
//	req/s                          throughput: requests recorded by the benchmark's timed seconds
//	p50-S-ns ...                   time in stage S, over the requests that marked it: p50, p90, p95 and p99
//	p50-ttft-ns ...                time to first token, over the requests that marked a token
//	p50-itl-ns ...                 inter-token gaps, over all gaps of all requests
//	p50-tpot-ns ...                time per output token after the first, over the requests of two tokens or more
//	cpu-ns                         CPU time of the process a request, user and system, from the first request on; not under a Load
//	tok/s                          tokens marked by the benchmark's timed seconds
//	p50-lag-ns p99-lag-ns          how late an open loop's load generator sent
//	sent-req/s                     the rate at which it sent
//
// CPU time is steadier than latency, since neighbours take little of it, so a rule on cpu-ns takes fewer rounds. It leaves out
// waiting: for a lock, for I/O, for another process. It includes garbage collection, and what the benchmark does between its
// requests.
//
// A quantile is a latency that some request had: the smallest x such that at least q of all requests took x or less.
// Up to 100,000 requests every latency is kept and quantiles are exact; beyond that an HDR histogram of three digits
// (Tene 2012) keeps them within 0.1 %.
//
// # What a request is
//
// A request is what one call of [Recorder.Do] serves, timed from the call of its function to its return. The price of
// recording is paid outside that time (the package's benchmarks show it); a stage or token mark is one clock reading inside it.
//
// The benchmark's loop sends requests as fast as replies come, from as many goroutines as it runs on. [Recorder.Drive] instead
// sends them at a rate, or from a number of clients, as a [Load] says. At a rate, a request is timed from when it is due:
// a request that is sent late, or held up because too many are under way, has waited. What a client has timed more exactly itself,
// such as the tokens of a stream, it hands over with [Request.Timed].
//
// # What this package does not do
//
// It judges nothing: package regress compares two sides, by a policy. It knows no protocol: package serving,
// below this one, sends requests to inference servers.
package workload
