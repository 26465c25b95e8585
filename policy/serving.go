package policy

// Serving is what a loaded inference server is judged by where nobody says otherwise. Time to first token and time per output
// token may be worse by 10 % in the median and at p95, and by anything under a floor: 5 and 20 ms to the first token, 0.5 and 1 ms
// a token. Replies that come as a whole have their latency in the place of both, with the floors of the first token. Fewer than one
// request of a hundred more may fail, and throughput may fall by 10 %.
func Serving(streamed bool) Policy {
	const ms = 1e6
	p := Policy{Alpha: DefaultAlpha, OnInconclusive: Fail, OnBlind: Warn, OnRemoved: Fail}
	if streamed {
		p.Rules = []Rule{
			{Metric: "p50-ns", Stage: "ttft", MaxRegressionPercent: 10, MinRegression: 5 * ms},
			{Metric: "p95-ns", Stage: "ttft", MaxRegressionPercent: 10, MinRegression: 20 * ms},
			{Metric: "p50-ns", Stage: "tpot", MaxRegressionPercent: 10, MinRegression: 0.5 * ms},
			{Metric: "p95-ns", Stage: "tpot", MaxRegressionPercent: 10, MinRegression: 1 * ms},
		}
	} else {
		p.Rules = []Rule{
			{Metric: "p50-ns", MaxRegressionPercent: 10, MinRegression: 5 * ms},
			{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 20 * ms},
		}
	}
	p.Rules = append(p.Rules,
		Rule{Metric: "errors-percent", MinRegression: 1, Direction: Lower},
		Rule{Metric: "req/s", MaxRegressionPercent: 10})
	return p
}
