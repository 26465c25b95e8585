package regress

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/policy"
)

// A self-test that could not see says so, and what to do.
func TestWhatWasMissedSaysWhy(t *testing.T) {
	for _, c := range []struct {
		name, plant string
		expect, got policy.Outcome
		want        string
	}{
		{"identical sides that could not be told", "", policy.OK, policy.Blind,
			"^: the sides are identical, and it was too noisy to see a change of the limits: measure on a quieter machine, "},
		{"a plant that could not be seen", "50%", policy.Regressed, policy.Blind,
			"^: it was too noisy to see the 50% planted: plant more, or measure on a quieter machine, "},
		{"a plant within the limits", "50%", policy.Regressed, policy.OK,
			"^: 50% planted is not worse by more than a limit and its floor"},
		{"identical sides that differ", "", policy.OK, policy.Regressed, "^$"},
		{"a plant that may be", "50%", policy.Regressed, policy.Inconclusive, "^$"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plant, err := duet.ParsePlant(c.plant)
			require.NoError(t, err)
			assert.Regexp(t, c.want, settings{expect: c.expect, plant: plant}.missed(c.got))
		})
	}
}
