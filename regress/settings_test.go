package regress

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

func TestAPolicyThatIsTooLargeIsNotRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "policy.json")
	require.NoError(t, os.WriteFile(name, make([]byte, mostOfPolicy+1), 0o600))
	_, err := Gate{PolicyFile: name}.settle(fromNowhere)
	assert.EqualError(t, err,
		"Gate.PolicyFile: "+name+": more than 2048 KiB; leave the policy out for the default rules")
}

func TestTheDocumentationHasEveryOption(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	var listed, want []string
	for _, row := range regexp.MustCompile(`(?m)^//\t(-regress\.\w+) +(REGRESS_\w+) +\S`).FindAllStringSubmatch(string(doc), -1) {
		listed = append(listed, row[1]+" "+row[2])
	}
	for _, o := range options {
		want = append(want, "-regress."+o.name+" "+o.variable())
	}
	assert.ElementsMatch(t, want, listed)
}

// Whatever is set stands in the report once.
func TestEachSettingIsTakenOnce(t *testing.T) {
	s, err := Gate{
		Baseline: "v1", Candidate: "v2", Anchor: "v0", Bench: "Sum", Out: "out", In: "in", History: "history", Good: "v1", Bad: "v2",
		Metric: "ns/op", Tags: "fast", Tests: "own", Identical: "measure", Profile: "off", Accept: "off", Restart: "make", Swap: "on",
		Shard: "1/2", Inject: "2ms", Expect: "regressed", Budget: 1, Total: 1, Timeout: 1,
	}.settle(fromNowhere)
	require.NoError(t, err)
	seen := map[string]int{}
	for _, won := range s.won {
		seen[won.Name]++
	}
	for _, o := range options {
		if o != policyOption && o != costsOption && o != envOption { // which are files, and a list
			assert.Equal(t, 1, seen[o.name], o.name)
		}
	}
}

func TestAPolicyWithoutRulesLeavesThemAsTheyAre(t *testing.T) {
	name := filepath.Join(t.TempDir(), "policy.json")
	require.NoError(t, os.WriteFile(name, []byte(`{"version": 1, "on_removed": "warn"}`), 0o600))
	s, err := Gate{PolicyFile: name}.settle(fromNowhere)
	require.NoError(t, err)
	assert.Equal(t, policy.Warn, s.judge.Policy().OnRemoved)
	assert.Equal(t, policy.Default().Rules, s.judge.Policy().Rules)
	own := []policy.Rule{{Metric: "req/s", MaxRegressionPercent: 3}}
	s, err = Gate{PolicyFile: name, Policy: policy.Policy{OnRemoved: policy.Fail, Rules: own}}.settle(fromNowhere)
	require.NoError(t, err)
	assert.Equal(t, policy.Warn, s.judge.Policy().OnRemoved)
	assert.Equal(t, own, s.judge.Policy().Rules)
}
