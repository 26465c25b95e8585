package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

func TestTwinsAreToldApart(t *testing.T) {
	id := func(pkg, name string, procs int) policy.Verdict {
		return policy.Verdict{ID: policy.ID{Package: pkg, Name: name, Procs: procs}, Unit: "p95-ns", Outcome: policy.OK}
	}
	for _, c := range []struct {
		name        string
		others      []policy.Verdict
		label, path string
	}{
		{"alone", nil, "Chat", "Chat/p95-ns"},
		{"beside another name elsewhere", []policy.Verdict{id("shop/b", "Embed", 8)}, "Chat", "Chat/p95-ns"},
		{"beside itself", []policy.Verdict{id("shop/a", "Chat", 2)}, "Chat", "Chat/p95-ns"},
		{"of two packages", []policy.Verdict{id("shop/b", "Chat", 2)}, "Chat (shop/a)", "shop/a/Chat/p95-ns"},
		{"with another GOMAXPROCS", []policy.Verdict{id("shop/a", "Chat", 1)}, "Chat-2", "Chat-2/p95-ns"},
		{"of both", []policy.Verdict{id("shop/a", "Chat", 1), id("shop/b", "Chat", 1)}, "Chat-2 (shop/a)", "shop/a/Chat-2/p95-ns"},
	} {
		v := id("shop/a", "Chat", 2)
		twins := Document{Report: policy.Report{Verdicts: append(c.others, v)}}.Twins()
		assert.Equal(t, c.path, twins.Path(v), c.name)
		assert.Contains(t, twins.Line(v), "ok: "+c.label+" p95-ns: ", c.name)
	}
	assert.Equal(t, "policy/p95-ns", Twins{}.Path(policy.Verdict{Unit: "p95-ns"}))
	assert.NotContains(t, Twins{}.Path(id("", "Evil/\x1b[2J", 1)), "\x1b")
}
