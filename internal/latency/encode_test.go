package latency

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// spread has n values from all over the range.
func spread(n int) Distribution {
	random := rand.New(rand.NewPCG(3, uint64(n)))
	var d Distribution
	for range n {
		d.Record(int64(1e6 * random.ExpFloat64() * random.ExpFloat64()))
	}
	return d
}

// throughText writes d down and reads it.
func throughText(t require.TestingT, d *Distribution) Distribution {
	e, err := d.Encode()
	require.NoError(t, err)
	text, err := json.Marshal(e)
	require.NoError(t, err)
	var back Encoded
	require.NoError(t, json.Unmarshal(text, &back))
	got, err := back.Decode()
	require.NoError(t, err)
	return got
}

func TestADistributionSurvivesText(t *testing.T) {
	for _, c := range []struct {
		name  string
		n     int
		exact bool
	}{
		{"empty", 0, true}, {"one", 1, true}, {"as many as are listed", exactInText, true}, {"one more", exactInText + 1, false},
		{"exact, and large", ExactLimit - 1, false}, {"rounded", 2 * ExactLimit, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := spread(c.n)
			before := len(d.exact)
			got := throughText(t, &d)
			assert.Len(t, d.exact, before, "it is left as it is")
			_, exact := got.Exact()
			assert.Equal(t, c.exact, exact)
			assert.Equal(t, []int64{d.Len(), d.Min(), d.Max()}, []int64{got.Len(), got.Min(), got.Max()})
			assert.Equal(t, d.sum, got.sum)
			qs := []float64{0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1}
			for i, want := range d.Quantiles(qs...) {
				if exact {
					assert.Equal(t, want, got.Quantiles(qs...)[i])
				} else {
					assert.InDelta(t, want, got.Quantiles(qs...)[i], 0.001*float64(want)+1)
				}
			}
		})
	}
}

func TestAMergeOfTextsIsTheDistributionOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "shards")
		var all, merged Distribution
		rounded := false
		for range n {
			d := spread(rapid.SampledFrom([]int{0, 1, 50, 1000, 1001, 3000}).Draw(t, "values"))
			rounded = rounded || len(d.exact) > exactInText
			all.Add(&d)
			part := throughText(t, &d)
			merged.Add(&part)
		}
		assert.Equal(t, []int64{all.Len(), all.Min(), all.Max()}, []int64{merged.Len(), merged.Min(), merged.Max()})
		for _, q := range []float64{0.5, 0.95, 0.99, 1} {
			want, got := all.Quantiles(q)[0], merged.Quantiles(q)[0]
			if rounded {
				assert.InDelta(t, want, got, 0.001*float64(want)+1)
			} else {
				assert.Equal(t, want, got)
			}
		}
	})
}

func TestTextThatIsNoDistributionIsRefused(t *testing.T) {
	of := func(digits int, highest int64, values ...int64) string {
		h := hdrhistogram.New(1, highest, digits)
		for _, v := range values {
			require.NoError(t, h.RecordValue(v))
		}
		text, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		require.NoError(t, err)
		return string(text)
	}
	ours := of(3, longest, 10, 20)
	for _, c := range []struct {
		name string
		text Encoded
		says string
	}{
		{"fewer values than count", Encoded{Count: 3, Sum: 30, Min: 10, Max: 20, Values: []int64{10, 20}},
			"values: there are 2 from 10 to 20, where count is 3"},
		{"another minimum", Encoded{Count: 2, Sum: 30, Min: 1, Max: 20, Values: []int64{10, 20}}, "where count is 2, min 1 and max 20"},
		{"a negative value", Encoded{Count: 1, Sum: -1, Min: -1, Max: -1, Values: []int64{-1}}, "values: -1 is negative"},
		{"a sum that cannot be", Encoded{Count: 2, Sum: 50, Min: 10, Max: 20, Values: []int64{10, 20}},
			"sum is 50, which 2 values from 10 to 20 do not have"},
		{"too many values", Encoded{Count: exactInText + 1, Values: make([]int64, exactInText+1)}, "1001 values, 1001 of them listed"},
		{"a negative count", Encoded{Count: -1}, "-1 values"},
		{"a histogram too long", Encoded{Count: 1, HDR: strings.Repeat("A", mostText+1)}, "1048577 characters of a histogram"},
		{"values and a histogram", Encoded{Count: 2, Sum: 30, Min: 10, Max: 20, Values: []int64{10, 20}, HDR: ours},
			"both values and a histogram"},
		{"no base64", Encoded{Count: 2, HDR: "?"}, "hdr: illegal base64"},
		{"cut short", Encoded{Count: 2, HDR: "AAAA"}, "hdr: it is cut short"},
		{"no zlib", Encoded{Count: 2, HDR: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, "hdr: zlib"},
		{"half of one", Encoded{Count: 2, Sum: 30, Min: 10, Max: 20, HDR: ours[:len(ours)/8*4]}, "hdr: "},
		{"other digits", Encoded{Count: 2, Sum: 30, Min: 10, Max: 20, HDR: of(2, longest, 10, 20)}, "hdr: it is of 2 digits"},
		{"another range", Encoded{Count: 2, Sum: 30, Min: 10, Max: 20, HDR: of(3, 1e9, 10, 20)},
			"hdr: it is of 3 digits from 1 to 1000000000"},
		{"another count", Encoded{Count: 3, Sum: 45, Min: 10, Max: 20, HDR: ours}, "hdr: it has 2 values, where count is 3"},
		{"another maximum", Encoded{Count: 2, Sum: 30, Min: 10, Max: 30, HDR: ours},
			"hdr: its values are from 10 to 20, where min is 10 and max 30"},
		{"no values", Encoded{HDR: of(3, longest)}, "hdr: it has 0 values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.text.Decode()
			require.ErrorContains(t, err, c.says)
		})
	}
	_, err := Encoded{Count: 2, Sum: 30, Min: 10, Max: 20, HDR: ours}.Decode()
	require.NoError(t, err, "the check refuses everything")
}

func FuzzDecode(f *testing.F) {
	for _, n := range []int{0, 3, 1001} {
		d := spread(n)
		e, err := d.Encode()
		require.NoError(f, err)
		text, err := json.Marshal(e)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var e Encoded
		if json.Unmarshal(text, &e) != nil {
			return
		}
		d, err := e.Decode()
		if err != nil {
			return
		}
		last := int64(0)
		for _, v := range d.Quantiles(0, 0.5, 0.99, 1) {
			assert.GreaterOrEqual(t, v, last)
			last = v
		}
		if d.Len() > 0 {
			assert.LessOrEqual(t, last, d.Max())
			assert.GreaterOrEqual(t, d.Quantiles(0)[0], d.Min())
		}
		again := throughText(t, &d)
		assert.Equal(t, d.Quantiles(0.5, 1), again.Quantiles(0.5, 1))
	})
}
