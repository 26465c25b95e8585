package measure

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/benchdata"
)

// What a benchmark reports with the baseline's own tests alone was removed, unless no rule is on it.
func TestMetricsThatAreNoLongerReportedWereRemoved(t *testing.T) {
	reporting := func(units ...string) *benchdata.Set {
		set := found("p", "A")
		for i, unit := range units {
			set.Benchmarks[0].Runs[0].Values = append(set.Benchmarks[0].Runs[0].Values, benchdata.Value{Unit: unit, Value: float64(i)})
		}
		return set
	}
	recorder := []string{"p50-ns", "p90-ns", "p95-ns", "p99-ns", "mean-ns", "min-ns", "max-ns"}
	rules := func(unit string) bool { return unit == "tok/s" || unit == "p95-ns" || unit == "ns/op" }
	for _, c := range []struct {
		name              string
		own, shared, want []string
	}{
		{"nothing", []string{"ns/op"}, []string{"ns/op"}, []string{"ns/op"}},
		{"one", []string{"tok/s", "ns/op"}, []string{"ns/op"}, []string{"ns/op", "tok/s"}},
		{"one that no rule is on", []string{"hits", "ns/op"}, []string{"ns/op"}, []string{"ns/op"}},
		{"a new one", []string{"ns/op"}, []string{"ns/op", "tok/s"}, []string{"ns/op", "tok/s"}},
		{"a Recorder", append(recorder, "ns/op"), []string{"ns/op"}, []string{"ns/op"}},
		{"one of a Recorder's", append(recorder, "tok/s"), recorder, append(recorder, "tok/s")},
	} {
		own, shared := reporting(c.own...), reporting(c.shared...)
		var units []string
		for _, v := range withRemoved(shared, own, rules).Benchmarks[0].Runs[0].Values {
			units = append(units, v.Unit)
		}
		assert.Equal(t, c.want, units, c.name)
		assert.Len(t, shared.Benchmarks[0].Runs[0].Values, len(c.shared), "%s: it is as it was", c.name)
	}
	assert.Equal(t, found("p", "New"), withRemoved(found("p", "New"), reporting("tok/s"), rules))
}
