package judge

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

func TestDeclaredDirectionsWinOverWhatIsKnown(t *testing.T) {
	slower, faster := side("req/s", runs(100)...), side("req/s", runs(200)...)
	rule := policy.Rule{Metric: "req/s", MaxRegressionPercent: 10}
	faster.Better = map[string]policy.Direction{"req/s": policy.Lower}
	assert.Equal(t, policy.Regressed, only(t, By(policy.Policy{Rules: []policy.Rule{rule}}).Compare(slower, faster)).Outcome)
	rule.Direction = policy.Higher
	assert.Equal(t, policy.Improved, only(t, By(policy.Policy{Rules: []policy.Rule{rule}}).Compare(slower, faster)).Outcome)
}
