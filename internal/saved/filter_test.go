package saved

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/policy"
)

func TestFilterSelectsWhatGoTestWouldMeasure(t *testing.T) {
	for _, c := range []struct {
		bench, skip string
		want        []string
	}{
		{".", "", []string{"Chat/size=1", "Chat/size=10", "ChatLong", "Embed"}},
		{"Chat", "", []string{"Chat/size=1", "Chat/size=10", "ChatLong"}},
		{"^BenchmarkChat$", "", []string{"Chat/size=1", "Chat/size=10"}},
		{"Chat$/size=1$", "", []string{"Chat/size=1"}},
		{"/size=10", "", []string{"Chat/size=10"}},
		{"ChatLong/deeper", "", nil},
		{"Chat$/size=1$|Embed", "", []string{"Chat/size=1", "Embed"}},
		{"(Long|Embed)", "", []string{"ChatLong", "Embed"}},
		{"[|/]|Embed", "", []string{"Embed"}},
		{"Benchmark[CE]", "Chat/size=10$", []string{"Chat/size=1", "ChatLong", "Embed"}},
		{".", "Chat", []string{"Embed"}},
		{".", "Embed/deeper", []string{"Chat/size=1", "Chat/size=10", "ChatLong", "Embed"}},
		{"nothing", "", nil},
	} {
		t.Run("-bench "+c.bench+" -skip "+c.skip, func(t *testing.T) {
			set := &benchdata.Set{}
			for _, name := range []string{"Chat/size=1", "Chat/size=10", "ChatLong", "Embed"} {
				set.Benchmarks = append(set.Benchmarks, benchdata.Benchmark{ID: policy.ID{Name: name}})
			}
			some, err := Select(set, c.bench, c.skip)
			require.NoError(t, err)
			var names []string
			for _, b := range some.Benchmarks {
				names = append(names, b.Name)
			}
			assert.Equal(t, c.want, names)
			assert.Len(t, set.Benchmarks, 4, "what is given stays as it is")
		})
	}
	_, err := Select(&benchdata.Set{}, "Chat/(", "")
	assert.ErrorContains(t, err, "missing closing )")
}
