package workload

import (
	"testing"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// Target is the address that a gate wants to be measured, such as http://10.0.0.7:8000, where it compares two servers and not two
// versions of the code: -regress.baseline and -regress.candidate are addresses then, and this process is to measure one of them.
// It is empty where no gate asks for that, and the benchmark measures what it does by itself.
//
// A benchmark that sends its requests to a server calls Target in every run; one that does not is invalid under such a gate, since
// it would measure the same on both sides. The metric targets, 1, says that it was asked.
func Target(b *testing.B) string {
	b.Helper()
	target := duet.TargetFromEnv()
	if target != "" {
		b.Cleanup(func() { b.ReportMetric(1, duet.TargetUnit) })
	}
	return target
}
