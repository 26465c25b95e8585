package regress

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRunsThatWereLateAreLeftOut(t *testing.T) {
	const (
		head  = "pkg: example.com/shop\n"
		a     = "BenchmarkServing/case=chat/rate=5-2 \t 100\t 7 ns/op\t 9 p50-ns\n"
		b     = "BenchmarkServing/case=chat/rate=9-2 \t 100\t 7 ns/op\t 9 p50-ns\n"
		aLate = "BenchmarkServing/case=chat/rate=5-2 \t 100\t 7 ns/op\t 1 late\t 9 p50-ns\n"
		bLate = "BenchmarkServing/case=chat/rate=9-2 \t 100\t 7 ns/op\t 1 late\t 9 p50-ns\n"
		told  = "    serving.go:1: workload: to be measured again: late\n"
	)
	for _, c := range []struct {
		text, rest string
		late       int
	}{
		{"", "", 0},
		{head + a + b + a + "PASS\n", head + a + b + a + "PASS\n", 0},
		{head + aLate + told + b + a + bLate + aLate + "PASS\n", head + told + b + a + "PASS\n", 2},
		{"late\n" + told + aLate, "late\n" + told, 1},
	} {
		rest, late := onTime([]byte(c.text))
		assert.Equal(t, c.rest, string(rest))
		assert.Equal(t, c.late, late, c.text)
	}
}
