package workload

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func scheduleOf(t *testing.T, l Load) Schedule {
	t.Helper()
	s, err := l.Schedule()
	require.NoError(t, err)
	return s
}

func TestASeedHasThisSchedule(t *testing.T) {
	for _, c := range []struct {
		name string
		load Load
		want Schedule // in microseconds
		hash string
	}{
		{"Poisson", Load{Rate: 100, Requests: 5, Seed: 1}, Schedule{11461, 17172, 41390, 45016, 50000},
			"3293a73584c40d0ad4d216c70cdd7de31f1453a55942151f9cc6335e01e23dd5"},
		{"bursty", Load{Rate: 100, Requests: 5, Seed: 1, Burstiness: 0.25}, Schedule{178, 9617, 22814, 35483, 50000},
			"5c3039001ce99d108deb078c50bef1afd1cf01b375999c3e8f1b19bd37646133"},
		{"even", Load{Rate: 100, Requests: 5, Seed: 1, Burstiness: 16}, Schedule{6657, 16524, 26589, 39487, 50000},
			"9ea1d50f004763c47e5a8b8717005b56ed58214d08a251ee6c8c6c06c81907ec"},
		{"constant", Load{Rate: 100, Requests: 5, Seed: 1, Burstiness: math.Inf(1)}, Schedule{10000, 20000, 30000, 40000, 50000},
			"73851cdd059554de9e67b0dfbaf744bbae31f373a060454e69431e44805d6ed7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := scheduleOf(t, c.load)
			assert.Equal(t, c.hash, s.hash())
			for i := range s {
				s[i] = s[i].Round(time.Microsecond) / time.Microsecond
			}
			assert.Equal(t, c.want, s)
		})
	}
}

func TestGapsFollowTheGammaDistribution(t *testing.T) {
	const n = 20_000
	for _, burstiness := range []float64{0.05, 0.25, 0.9, 1, 1.1, 4, 100} {
		draw := gaps(burstiness, 7)
		got := make([]float64, n)
		for i := range got {
			got[i] = draw()
		}
		mean, sd := stat.MeanStdDev(got, nil)
		cv := 1 / math.Sqrt(burstiness) // of a gamma distribution of that shape
		assert.InDelta(t, 1, mean, 4*cv/math.Sqrt(n), "mean, burstiness %v", burstiness)
		assert.InEpsilon(t, cv, sd/mean, 0.06, "coefficient of variation, burstiness %v", burstiness)

		// Kolmogorov's distance from the distribution, with its 1 % quantile 1.63/sqrt(n).
		slices.Sort(got)
		distance := 0.0
		want := distuv.Gamma{Alpha: burstiness, Beta: burstiness}
		for i, x := range got {
			p := want.CDF(x)
			distance = max(distance, p-float64(i)/n, float64(i+1)/n-p)
		}
		assert.Less(t, distance, 1.63/math.Sqrt(n), "burstiness %v", burstiness)
	}
}

func TestConstantGapsAreAllAlike(t *testing.T) {
	s := scheduleOf(t, Load{Rate: 8, Requests: 1000, Burstiness: math.Inf(1)})
	for i, at := range s {
		require.Equal(t, time.Duration(i+1)*125*time.Millisecond, at)
	}
}

func TestASchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Load{
			Rate:       rapid.Float64Range(0.01, 1e5).Draw(t, "rate"),
			Requests:   rapid.IntRange(1, 2000).Draw(t, "requests"),
			Burstiness: rapid.SampledFrom([]float64{0, 0.05, 0.5, 1, 3, math.Inf(1)}).Draw(t, "burstiness"),
			Seed:       rapid.Uint64().Draw(t, "seed"),
		}
		s, err := l.Schedule()
		require.NoError(t, err)
		require.Len(t, s, l.Requests)
		assert.True(t, slices.IsSorted(s), "in order")
		assert.GreaterOrEqual(t, s[0], time.Duration(0))
		assert.InDelta(t, float64(l.Requests)/l.Rate*1e9, float64(s[len(s)-1]), 1, "the last is due at n/rate")

		again, err := l.Schedule()
		require.NoError(t, err)
		assert.Equal(t, s.hash(), again.hash(), "the same seed, the same schedule")
		twice := l
		twice.Rate *= 2
		faster, err := twice.Schedule()
		require.NoError(t, err)
		for i := range s {
			require.InDelta(t, float64(s[i])/2, float64(faster[i]), 1, "twice the rate is the same schedule in half the time")
		}
		// Of two requests at a burstiness of 0.05 the first is due at 0, to the nanosecond, for many a seed.
		if l.Requests >= 100 && !math.IsInf(l.Burstiness, 1) {
			l.Seed++
			other, err := l.Schedule()
			require.NoError(t, err)
			assert.NotEqual(t, s.hash(), other.hash(), "another seed, another schedule")
		}
	})
}

func TestAClosedLoopHasNoSchedule(t *testing.T) {
	assert.Nil(t, scheduleOf(t, Load{Requests: 10, Concurrency: 2}))
}

func TestALoadThatMakesNoSenseIsRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		load Load
		says string
	}{
		{"no requests", Load{Rate: 1}, "load: Requests is 0; ask for at least 1"},
		{"requests below zero", Load{Requests: -1}, "load: Requests is -1"},
		{"more requests than memory holds", Load{Rate: 1e6, Requests: 1e12}, "load: Requests is 1000000000000, and each takes 64 bytes"},
		{"a negative rate", Load{Rate: -1, Requests: 1}, "load: Rate is -1; write requests per second"},
		{"a rate that is no number", Load{Rate: math.NaN(), Requests: 1}, "load: Rate is NaN"},
		{"an infinite rate", Load{Rate: math.Inf(1), Requests: 1}, "load: Rate is +Inf"},
		{"a schedule of years", Load{Rate: 1e-9, Requests: 1}, "take more than 720h0m0s; ask for fewer or faster ones"},
		{"burstiness below zero", Load{Rate: 1, Requests: 1, Burstiness: -1}, "load: Burstiness is -1; write 1 for Poisson"},
		{"burstiness that is no number", Load{Rate: 1, Requests: 1, Burstiness: math.NaN()}, "load: Burstiness is NaN"},
		{"burstiness too near zero", Load{Rate: 1, Requests: 1, Burstiness: 0.009}, "load: Burstiness is 0.009"},
		{"burstiness of a closed loop", Load{Requests: 1, Burstiness: 1}, "set Rate too"},
		{"a bound on a closed loop", Load{Requests: 1, MaxInFlight: 1}, "set Rate too"},
		{"an open loop of a number of clients", Load{Rate: 1, Requests: 1, Concurrency: 1}, "set one of them"},
		{"a negative bound", Load{Rate: 1, Requests: 1, MaxInFlight: -1}, "MaxInFlight is negative"},
		{"a negative number of clients", Load{Requests: 1, Concurrency: -1}, "Concurrency or MaxInFlight is negative"},
		{"a negative timeout", Load{Requests: 1, Timeout: -1}, "Timeout, Drain or Floor is negative"},
		{"a lag that is no number", Load{Requests: 1, MaxLagPercent: math.NaN()}, "load: MaxLagPercent is NaN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.load.Schedule()
			require.ErrorContains(t, err, c.says)
			_, err = c.load.Run(t.Context(), nil)
			require.ErrorContains(t, err, c.says)
		})
	}
}
