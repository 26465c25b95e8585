package measure

import (
	"bytes"
	"compress/gzip"
	"testing"

	"github.com/google/pprof/profile"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/growth"
)

func packed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(data)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// aProfile is a small CPU profile as package testing writes it.
func aProfile(t testing.TB) []byte {
	t.Helper()
	mapping := &profile.Mapping{ID: 1, Start: 1 << 20, Limit: 1 << 21, File: "shop.test"}
	function := &profile.Function{
		ID: 1, Name: "example.com/shop.rank", SystemName: "example.com/shop.rank", Filename: "rank.go", StartLine: 3,
	}
	location := &profile.Location{ID: 1, Mapping: mapping, Address: 1<<20 + 5, Line: []profile.Line{{Function: function, Line: 7}}}
	p := &profile.Profile{
		SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}},
		PeriodType: &profile.ValueType{Type: "cpu", Unit: "nanoseconds"}, Period: 1e7, DurationNanos: 1e9,
		Mapping: []*profile.Mapping{mapping}, Function: []*profile.Function{function}, Location: []*profile.Location{location},
		Sample: []*profile.Sample{{Location: []*profile.Location{location}, Value: []int64{3, 3e7}}, {Value: []int64{1, 1e7}}},
	}
	var b bytes.Buffer
	require.NoError(t, p.Write(&b))
	return b.Bytes()
}

// FuzzProfile holds that no profile that the code under test writes does more than to be refused.
func FuzzProfile(f *testing.F) {
	whole := aProfile(f)
	unpacked, err := parseProfile(whole)
	require.NoError(f, err)
	require.Len(f, unpacked.Sample, 2)
	var plain bytes.Buffer
	require.NoError(f, unpacked.WriteUncompressed(&plain))
	f.Add(whole)
	f.Add(plain.Bytes())
	f.Add(plain.Bytes()[:plain.Len()/2])
	f.Add(packed(f, packed(f, []byte("twice"))))
	f.Add([]byte("heap profile: 1: 2 [3: 4] @ heap/1048576\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		prof, err := parseProfile(data)
		if err != nil {
			assert.Nil(t, prof)
			assert.ErrorContains(t, err, "profile")
			return
		}
		for _, of := range []profileKind{processor, memory, waiting} {
			baseline, candidate := growth.NewProfiles("example.com/shop"), growth.NewProfiles("example.com/shop")
			baseline.Add(prof, of.sampleType, 10)
			candidate.Add(prof, of.sampleType, 10)
			d := growth.Compare(baseline, candidate)
			assert.Zero(t, d.Growth(), "of a profile against itself")
			assert.False(t, d.Leads())
		}
		merged, err := profile.Merge([]*profile.Profile{prof, prof})
		if err == nil {
			merged.Scale(0.5)
			assert.NoError(t, merged.Write(&bytes.Buffer{}))
		}
	})
}

func TestAProfileThatUnpacksToTooMuchIsRefused(t *testing.T) {
	_, err := parseProfile(packed(t, make([]byte, mostOfProfile+1)))
	require.EqualError(t, err, "a profile of over 64 MiB, unpacked")
	_, err = parseProfile(packed(t, packed(t, make([]byte, 1<<20))))
	require.ErrorContains(t, err, "profile: ", "packed twice")
}
