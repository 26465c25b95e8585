package measure

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

func TestAReasonIsFoundWhereverAnErrorIsWrapped(t *testing.T) {
	alone := notAlone(policy.NotOneResult, policy.Facts{Side: "candidate", Have: 2})
	assert.Equal(t, policy.Reason{
		Code: policy.NotOneResult, Facts: policy.Facts{Side: "candidate", Have: 2}, Advice: []policy.Advice{{Do: policy.RunAlone}},
	}, reason(errors.Join(nil, fmt.Errorf("round 2: %w", alone))))
	assert.Equal(t, policy.Reason{Code: policy.Failed, Facts: policy.Facts{Problem: "it broke: ?"}},
		reason(errors.New("it broke: \xff")))
}

func TestProblemsOfResultsStayData(t *testing.T) {
	_, err := benchdata.Read(strings.NewReader("pkg: example.com/shop\nBenchmarkMLP-2 1 NaN p95-ns\nPASS\n"), "candidate")
	problems, ok := errors.AsType[benchdata.Problems](err)
	require.True(t, ok)
	why := reason(badResults(problems, "\n\tPASS"))
	assert.Equal(t, policy.BadResults, why.Code)
	assert.Equal(t, []policy.Advice{{Do: policy.MendResults}}, why.Advice)
	assert.Equal(t, "\n\tPASS", why.Facts.Problem)
	require.NotEmpty(t, why.Facts.Problems)
	assert.Equal(t, policy.Problem{
		File: "candidate", Line: 2, Benchmark: "MLP-2", Fact: "p95-ns is NaN", Fix: "report a finite number",
	}, why.Facts.Problems[0])
	assert.Equal(t, problems.Error()+"\n\tPASS", badResults(problems, "\n\tPASS").Error(), "the words are those of a file's problems")
}

// What a commit lacks is passed over by git bisect; what no commit can have is a mistake of who asks.
func TestWhyPackagesAreNotBuilt(t *testing.T) {
	for _, c := range []struct {
		err  error
		want policy.Code
	}{
		{&testbin.BuildError{Dir: "/shop", Output: "undefined: x"}, policy.DoesNotBuild},
		{fmt.Errorf("/shop/infer: %w", testbin.ErrNoPackage), policy.DoesNotBuild},
		{fmt.Errorf("%w: go list: malformed import path", testbin.ErrPattern), policy.Failed},
		{errors.New("no space left on device"), policy.Failed},
	} {
		err := unbuilt("candidate", c.err)
		assert.ErrorContains(t, err, "candidate: "+c.err.Error())
		assert.Equal(t, c.want, reason(err).Code, c.err)
	}
}
