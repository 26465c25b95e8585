package measure

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

func TestWhatIsNearestToTheChange(t *testing.T) {
	found := []testbin.Reach{
		{ImportPath: "m", Dirs: map[string]int{"/top": 0, "/top/a": 1, "/top/b": 2}},
		{ImportPath: "m/a", Dirs: map[string]int{"/top/a": 0, "/top/b": 1}},
		{ImportPath: "m/b", Dirs: map[string]int{"/top/b": 0, "/elsewhere": 1}},
		{ImportPath: "m/c", Dirs: map[string]int{"/top/c": 0}},
	}
	for _, c := range []struct {
		name    string
		changed []string
		want    map[string]int
	}{
		{"nothing", nil, map[string]int{}},
		{"documentation", []string{"README.md", "a/doc.md"}, map[string]int{}},
		{"what others import", []string{"b/b.go"}, map[string]int{"m": 2, "m/a": 1, "m/b": 0}},
		{"the nearest of two changes counts", []string{"a/a_test.go", "b/b.go"}, map[string]int{"m": 1, "m/a": 0, "m/b": 0}},
		{"data is of the package above it", []string{"c/testdata/in/x.txt"}, map[string]int{"m/c": 0}},
		{"of the top", []string{"docs/x.txt"}, map[string]int{"m": 0}},
	} {
		assert.Equal(t, c.want, nearest("/top", found, c.changed), c.name)
	}
}

func TestTheNearestIsMeasuredFirstAndWhatIsUnchangedLast(t *testing.T) {
	of := func(pkg string, unchanged bool) judge.Pair {
		return judge.Pair{Candidate: &judge.Benchmark{ID: policy.ID{Package: pkg}}, Unchanged: unchanged}
	}
	pairs := []judge.Pair{of("far", false), of("same", true), of("none", false), of("near", false), of("far", false), of("own", false)}
	g := gate{near: map[string]int{"far": 2, "near": 1, "own": 0, "same": 0}}
	assert.Equal(t, []int{5, 3, 0, 4, 1, 2}, g.nearestFirst(pairs))
	assert.Equal(t, []int{0, 1, 2, 3, 4, 5}, (&gate{}).nearestFirst(pairs))
}
