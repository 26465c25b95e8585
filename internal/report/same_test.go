package report

import (
	"html"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

// A difference that is no regression because the code is the same is told in every form, not only in the text.
func TestEveryFormSaysThatTheCodeIsTheSame(t *testing.T) {
	d := documents["ok"]()
	d.Report.Verdicts[0].Reason = policy.Reason{Code: policy.SameCode, Facts: policy.Facts{Have: 4321}}
	const same = "the code that it runs is the same on both sides but for addresses (4321 functions)"
	one := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	assert.Contains(t, one(d.Text()), same)
	assert.Contains(t, d.Markdown(), same)
	assert.Contains(t, d.Summary(), same)
	assert.Contains(t, one(strings.ReplaceAll(html.UnescapeString(pageOf(t, d)), "\u00a0", " ")), same)
	assert.Contains(t, Twins{}.Line(d.Report.Verdicts[0]), same)
	assert.Contains(t, d.passing(), "; 1 metric differs by more than the limits, though the code is the same")
}
