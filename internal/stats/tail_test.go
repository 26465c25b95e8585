package stats

import (
	"math"
	"math/big"
	"testing"

	"github.com/aclements/go-moremath/stats"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOrdersAgainstBigIntegers: the float64 product loses nothing that matters up to the exact limit.
func TestOrdersAgainstBigIntegers(t *testing.T) {
	for _, n := range [][2]int{{1, 1}, {1, 50}, {2, 3}, {6, 6}, {13, 7}, {20, 20}, {25, 50}, {49, 50}, {50, 50}} {
		want := plainOrders(n[0], n[1])
		got := orders(n[0], n[1])
		require.Len(t, got, len(want))
		for u := range want {
			w, _ := new(big.Float).SetInt(want[u]).Float64()
			require.InEpsilon(t, w, got[u], 1e-12, "%v u=%d", n, u)
		}
	}
}

func TestOrdersAgainstGoMoremath(t *testing.T) {
	for n1 := 1; n1 <= 12; n1++ {
		for n2 := 1; n2 <= 12; n2++ {
			dist, below := stats.UDist{N1: n1, N2: n2}, 0.0
			for u, ways := range orders(n1, n2) {
				below += ways
				require.InDelta(t, dist.CDF(float64(u)), below/choose(n1+n2, n1), 1e-12, "%d %d u=%d", n1, n2, u)
			}
		}
	}
}

func TestTailBoundaries(t *testing.T) {
	ninety := 0.9 // not a constant, of which 1-0.9 would be 0.1
	for _, tt := range []struct {
		name   string
		n1, n2 int
		alpha  float64
		k      int
		spent  float64
	}{
		{"3 against 3 cannot reach 0.05", 3, 3, 0.05, 0, 0},
		{"3 against 3 reach exactly 0.1", 3, 3, 0.1, 1, 0.1},
		{"also when 0.1 comes as 1-0.9, a little less", 3, 3, 1 - ninety, 1, 0.1},
		{"but not a hair less", 3, 3, 0.1 - 1e-9, 0, 0},
		{"4 against 4 at 0.05", 4, 4, 0.05, 1, 2.0 / 70},
		{"5 against 5 at 0.01", 5, 5, 0.01, 1, 2.0 / 252},
		{"7 against 7 at 0.001", 7, 7, 0.001, 1, 2.0 / 3432},
		{"6 against 6 cannot reach 0.001", 6, 6, 0.001, 0, 0},
		{"alpha 1 leaves the middle of an even number", 2, 2, 1, 2, 4.0 / 6},
		{"alpha 1 leaves the middle of an odd number", 3, 1, 1, 2, 1},
		{"alpha 0 spends nothing", 10, 10, 0, 0, 0},
		{"alpha NaN spends nothing", 10, 10, math.NaN(), 0, 0},
		{"alpha 0 spends nothing, many values", 60, 60, 0, 0, 0},
		{"alpha NaN spends nothing, many values", 60, 60, math.NaN(), 0, 0},
		{"too few on one side, many on the other", 1, 51, 0.05, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, spent := tail(tt.n1, tt.n2, tt.alpha)
			assert.Equal(t, tt.k, k)
			assert.InDelta(t, tt.spent, spent, 1e-12)
		})
	}
}

// TestNormalTailNeverSpendsMore: where the normal approximation takes over, at 0.95 and above, it errs to the wide side.
func TestNormalTailNeverSpendsMore(t *testing.T) {
	for _, n := range [][2]int{{1, 51}, {3, 60}, {10, 51}, {51, 51}, {40, 70}, {90, 80}} {
		for _, alpha := range []float64{0.05, 0.01, 0.001} {
			k, spent := normalTail(n[0], n[1], alpha)
			below, total := 0.0, choose(n[0]+n[1], n[0])
			for _, ways := range orders(n[0], n[1])[:k] {
				below += ways
			}
			assert.LessOrEqual(t, 2*below/total, alpha, "%v at %v", n, alpha)
			assert.LessOrEqual(t, spent, alpha)
		}
	}
}

// TestSignedNormalTail: so it does for pairs; at 0.9 it spends at most 1.01 times alpha.
func TestSignedNormalTail(t *testing.T) {
	for n := exactLimitPairs + 1; n <= 160; n += 3 {
		ways, total := signs(n), math.Ldexp(1, n)
		for _, alpha := range []float64{0.1, 0.05, 0.01, 0.001, 0.0001} {
			k, _ := signedTail(n, alpha)
			below := 0.0
			for _, w := range ways[:k] {
				below += w
			}
			most := alpha
			if alpha > 0.05 {
				most = 1.01 * alpha
			}
			assert.LessOrEqual(t, 2*below/total, most, "%d at %v", n, alpha)
			assert.GreaterOrEqual(t, 2*below/total, alpha/2, "%d at %v", n, alpha)
		}
	}
}

// plainOrders counts by the recurrence of Mann and Whitney: the greatest value is a baseline one, above all n2, or not.
func plainOrders(n1, n2 int) []*big.Int {
	half := n1 * n2 / 2
	row := make([][]*big.Int, n1+1) // row[i][u] for i baseline and j candidate values
	for i := range row {
		row[i] = make([]*big.Int, half+1)
		for u := range row[i] {
			row[i][u] = new(big.Int)
		}
		row[i][0].SetInt64(1) // j = 0
	}
	for j := 1; j <= n2; j++ {
		for i := 1; i <= n1; i++ {
			for u := half; u >= j; u-- {
				row[i][u].Add(row[i][u], row[i-1][u-j])
			}
		}
	}
	return row[n1]
}
