package measure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// promise is how often the gate may be wrong: not ok on identical code, which is effect 0, and not red beyond the limit.
type promise struct {
	recording string
	effect    float64 // of a change, in units of the limit
	wrong     float64 // at most, of all gate runs: 0-1
	runs      int     // that are counted: so many that three wrong ones keep the promise, and none shows it at 95 %
}

var promises = []promise{
	{"quiet", 0, 0.0005, 6000}, {"quiet", 1.2, 0.01, 4000}, {"quiet", 1.5, 0.001, 6000},
	{"busy", 0, 0.005, 1000}, {"busy", 1.2, 0.1, 1000}, {"busy", 1.5, 0.005, 3000},
}

// underShort is how many gate runs are counted under -short.
const underShort = 300

// TestGateKeepsItsPromises replays gate runs on the recordings that are shipped, the same ones every time, and counts those
// that are wrong. Under -short they are too few to show a promise kept; as many may be wrong as a gate that just keeps it
// exceeds in 1 of 1000 tries.
func TestGateKeepsItsPromises(t *testing.T) {
	for _, p := range promises {
		t.Run(fmt.Sprintf("%s at %v times the limit", p.recording, p.effect), func(t *testing.T) {
			t.Parallel()
			rec, err := openRecording(filepath.Join(recordings, p.recording+".txt.gz"))
			require.NoError(t, err)
			run, err := methods[0].start(rec)
			require.NoError(t, err)
			most := int(p.wrong * float64(p.runs))
			if testing.Short() {
				p.runs, most = underShort, mostByChance(underShort, p.wrong, 0.001)
			}
			r := rand.New(rand.NewPCG(15, 9))
			var of tally
			for range p.runs {
				of.add(run(r, p.effect))
			}
			wrong := of.wrong(p.effect)
			if p.effect == 0 {
				wrong = of.notOK()
			}
			assert.LessOrEqual(t, math.Round(wrong*float64(p.runs)), float64(most), "wrong of %d: %v", p.runs, of.outcomes)
		})
	}
}

// mostByChance is the least number that X, the wrong ones of n tries, exceeds with probability alpha at most, when each is
// wrong with probability p.
//
//	P(X = i+1) = P(X = i) (n-i)/(i+1) p/(1-p)
func mostByChance(n int, p, alpha float64) int {
	exactly := math.Pow(1-p, float64(n))
	more := 1 - exactly
	for i := range n {
		if more <= alpha {
			return i
		}
		exactly *= float64(n-i) / float64(i+1) * p / (1 - p)
		more -= exactly
	}
	return n
}

func TestMostByChance(t *testing.T) {
	assert.Equal(t, 0, mostByChance(3, 0, 0.001))
	assert.Equal(t, 2, mostByChance(3, 0.5, 0.125), "three of three in exactly 1 of 8 tries")
	assert.Equal(t, 3, mostByChance(3, 0.5, 0.124))
	assert.Equal(t, 1, mostByChance(10, 0.1, 0.27), "P(X > 1) = 1 - 0.9^10 - 10*0.1*0.9^9 = 0.264")
}
