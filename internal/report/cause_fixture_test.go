package report

import "github.com/tailgate-go/tailgate/policy"

// causesDocument is a report that says where two benchmarks spend more: one computes, and the other waits.
func causesDocument() Document {
	d := compared(both, results(served("MLP", 26.2*ms, 0.01), served("Small", 640*us, 0.02)),
		results(served("MLP", 31.4*ms, 0.012), served("Small", 900*us, 0.02)))
	d.Causes = []Cause{
		{ID: policy.ID{Package: pkg, Name: "MLP", Procs: 2}, Of: "CPU time", Unit: "ns", Baseline: 25.9 * ms, Candidate: 31.0 * ms,
			Requests: 412, Measured: Costs{26.2 * ms, 31.4 * ms},
			Functions: []CostlyFunction{
				{Name: "example.com/infer/model.(*MLP).forward", File: "example.com/infer/model/mlp.go", Line: 88,
					Baseline: 11 * ms, Candidate: 15.1 * ms},
				{Name: "gonum.org/v1/gonum/blas/gonum.Implementation.Sgemm", Via: "example.com/infer.serve[...]",
					File: "gonum.org/v1/gonum@v0.17.0/blas/gonum/sgemm.go", Line: 7, Baseline: 9 * ms, Candidate: 9.4 * ms},
			},
			Command: "go tool pprof -http=: -sample_index=cpu -diff_base=profiles/1-MLP.cpu.baseline.pb.gz " +
				"profiles/1-MLP.cpu.candidate.pb.gz"},
		{ID: policy.ID{Package: pkg, Name: "Small", Procs: 2}, Of: "waiting", Unit: "ns", Baseline: 0, Candidate: 12 * us,
			Requests: 5120, Measured: Costs{640 * us, 900 * us},
			Doubts: []Doubt{NoneGrew}},
		{ID: policy.ID{Package: pkg, Name: "Small", Procs: 2}, Of: "allocated memory", Unit: "B",
			Doubts: []Doubt{NotProfiled}, Problem: failed("candidate: the test binary exited with status 2")},
	}
	return d
}

// serversDocument is a report that says what the servers of three benchmarks measured, of which one says nothing.
func serversDocument() Document {
	d := compared(both, results(served("Chat", 26.2*ms, 0.01), served("Embed", 2*ms, 0.01), served("Rank", 2*ms, 0.01)),
		results(served("Chat", 52*ms, 0.012), served("Embed", 4*ms, 0.01), served("Rank", 4*ms, 0.01)))
	d.Causes = []Cause{
		{ID: policy.ID{Package: pkg, Name: "Chat", Procs: 2}, Of: Servers, Parts: []ServerPart{
			{Queue, OfRequest, 1.25 * ms, 22.5 * ms, true}, {Prefill, OfRequest, 10 * ms, 14.5 * ms, true},
			{Decode, OfToken, 350 * us, 349 * us, false}, {InCache, OfTokens, 97.1, 12.5, true},
		}},
		{ID: policy.ID{Package: pkg, Name: "Embed", Procs: 2}, Of: Servers, Parts: []ServerPart{
			{Queue, OfRequest, 0, 0, false},
		}},
		{ID: policy.ID{Package: pkg, Name: "Rank", Procs: 2}, Of: Servers, Doubts: []Doubt{NoMetrics}},
	}
	return d
}
