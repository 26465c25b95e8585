package regress_test

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/tailgate-go/tailgate/regress"
)

// Saved results of MLPSmall, the candidate with a planted slowdown of 50 %, judged by the default policy.
func ExampleGate_Run() {
	out, err := os.MkdirTemp("", "example-*")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(out)
	gate := regress.Gate{
		Baseline:  "../testdata/results/baseline.txt",
		Candidate: "../testdata/results/candidate.txt",
		Out:       out,
	}
	result, err := gate.Run(context.Background(), "example", io.Discard)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range result.Report.Verdicts {
		fmt.Printf("%s %s %s: %.1f ms, then %.1f ms: %s\n",
			v.Name, v.Unit, v.Outcome, v.Baseline.Median/1e6, v.Candidate.Median/1e6, v.Reason.Code)
	}
	fmt.Println("passes:", result.Passes())
	// Output:
	// MLPSmall p95-ns regressed: 4.8 ms, then 7.9 ms: beyond-limits
	// passes: false
}
