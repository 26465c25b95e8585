package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// hash is that of the commit of a number.
func hash(n int) string { return fmt.Sprintf("%040x", n) }

// morning is when the first commit was made.
var morning = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

// found is a verdict on ns/op of Chat.
func found(change, half float64) policy.Verdict {
	return policy.Verdict{
		ID: policy.ID{Package: "example.com/shop", Name: "Chat", Procs: 2}, Unit: "ns/op", Direction: policy.Lower, Outcome: policy.OK,
		Reason: policy.Reason{Code: policy.IntervalWithin}, Baseline: policy.Summary{Median: 100, N: 12},
		Candidate: policy.Summary{Median: 100 + change, N: 12}, Paired: true, ChangePercent: change,
		Percent: policy.Bounds{Lo: change - half, Hi: change + half}, Alpha: 0.01,
	}
}

// compared is the report of a gate that compared two commits.
func compared(baseline, candidate int, verdicts ...policy.Verdict) report.Document {
	return report.Document{
		Name: "TestGate", Began: morning.Add(time.Duration(candidate)*time.Hour + time.Minute),
		Baseline: report.Side{What: "HEAD~1", Commit: hash(baseline)}, Candidate: report.Side{What: "HEAD", Commit: hash(candidate)},
		Environment: []report.Fact{{Name: "cpu", Value: "AMD EPYC"}, {Name: "seed", Value: "7"}, {Name: "cpu", Value: "another"}},
		Report:      policy.Report{Verdicts: verdicts},
	}
}

func TestWhatIsKept(t *testing.T) {
	same, added := found(18, 1), found(0, 0)
	same.Unit, same.Reason.Code = "mean-ns/op", policy.SameCode
	unchanged := policy.Verdict{
		ID: policy.ID{Name: "Still"}, Unit: "ns/op", Outcome: policy.OK, Reason: policy.Reason{Code: policy.Unchanged},
	}
	added.Name, added.Outcome, added.Baseline = "New", policy.Added, policy.Summary{}
	fromZero := found(math.Inf(1), 0)
	fromZero.Unit = "allocs/op"
	wide := found(3, math.Inf(1))
	wide.Unit = "B/op"
	r, why := New("shop/TestGate", compared(1, 2, found(4, 1), same, unchanged, added, fromZero, wide))
	require.Empty(t, why)
	assert.Equal(t, map[string]string{"cpu": "AMD EPYC"}, r.Environment)
	require.Len(t, r.Metrics, 6)
	ratio := func(i int) string {
		of := r.Metrics[i].ratio()
		return fmt.Sprintf("%.2f [%.2f, %.2f] %.2f", of.Estimate, of.Lo, of.Hi, of.Confidence)
	}
	assert.Equal(t, "1.04 [1.03, 1.05] 0.99", ratio(0))
	assert.Equal(t, "1.00 [1.00, 1.00] 1.00", ratio(1), "the same code does not change")
	assert.InDelta(t, 18, *r.Metrics[1].ChangePercent, 1e-9, "but what was measured is kept")
	assert.Equal(t, "1.00 [1.00, 1.00] 1.00", ratio(2), "nor does what was not measured because nothing changed")
	assert.Equal(t, "NaN [-Inf, +Inf] 0.00", ratio(3), "a new one has no ratio")
	assert.Equal(t, "NaN [-Inf, +Inf] 0.00", ratio(4), "nor has anything from 0")
	assert.Equal(t, "1.03 [0.00, +Inf] 1.00", ratio(5), "unbounded")

	name, data, err := r.encode()
	require.NoError(t, err)
	assert.Regexp(t, `^20261102T100100Z-000000000000-[0-9a-f]{16}\.json$`, name)
	again, err := parse(name, data)
	require.NoError(t, err)
	other, second, err := again.encode()
	require.NoError(t, err)
	assert.Equal(t, name, other)
	assert.Equal(t, string(data), string(second))
}

// drifted is a verdict that came to v since the baseline, and has drifted since the anchor.
func drifted(v policy.Verdict) policy.Verdict {
	own := policy.Settled{Outcome: v.Outcome, Code: v.Reason.Code}
	v.Outcome, v.Reason = policy.Drifted, policy.Reason{Code: policy.SinceAnchor, Facts: policy.Facts{Baseline: &own}}
	v.Anchor = &policy.Verdict{Outcome: policy.Regressed, Reason: policy.Reason{Code: policy.IntervalBeyond}}
	return v
}

// A commit that changed nothing breaks no chain, though what crept in before it has drifted since the anchor.
func TestADriftDoesNotHideTheSum(t *testing.T) {
	unchanged := found(0, 0)
	unchanged.Reason.Code, unchanged.Paired = policy.Unchanged, false
	unchanged.Baseline, unchanged.Candidate = policy.Summary{}, policy.Summary{}
	same := found(18, 1)
	same.Reason.Code = policy.SameCode
	for name, nothing := range map[string]policy.Verdict{
		"unchanged": unchanged, "unchanged and drifted": drifted(unchanged), "same code": same, "same code and drifted": drifted(same),
	} {
		var records []Record
		for i, v := range []policy.Verdict{found(5, 1), nothing, drifted(found(5, 1))} {
			r, why := New("shop/TestGate", throughJSON(t, compared(i+1, i+2, v)))
			require.Empty(t, why, name)
			records = append(records, r)
		}
		points := Along(records, nil, hash(4)).Metrics[0].Points
		require.Len(t, points, 3, name)
		for i, want := range []float64{5, 5, 10.25} {
			assert.InDelta(t, want, points[i].Since, 1e-9, "%s: point %d", name, i)
		}
		assert.Equal(t, []bool{false, true, false}, []bool{points[0].Same, points[1].Same, points[2].Same}, name)
		assert.False(t, points[2].Start, name)
	}
}

// throughJSON is the document as a shard's verdict.json hands it on.
func throughJSON(t *testing.T, d report.Document) report.Document {
	t.Helper()
	var data bytes.Buffer
	require.NoError(t, d.WriteJSON(&data))
	read, err := report.ReadJSON(data.Bytes())
	require.NoError(t, err)
	d.Report.Verdicts = read.Report.Verdicts
	return d
}

func TestWhatIsNotKept(t *testing.T) {
	saved := found(4, 1)
	saved.Paired = false
	for why, change := range map[string]func(d *report.Document){
		"a slowdown was planted":                       func(d *report.Document) { d.Planted = "2ms" },
		"a side is no commit":                          func(d *report.Document) { d.Baseline.Commit = "" },
		"a side has changes that are in no commit":     func(d *report.Document) { d.Candidate.Dirty = true },
		"both sides are one commit":                    func(d *report.Document) { d.Candidate.Commit = d.Baseline.Commit },
		"nothing was measured in rounds":               func(d *report.Document) { d.Report.Verdicts = []policy.Verdict{saved} },
		"a side has changes that are in no commit ":    func(d *report.Document) { d.Baseline.Dirty = true },
		"a slowdown was planted, or is expected to be": func(d *report.Document) { d.Expected = policy.OK },
	} {
		d := compared(1, 2, found(4, 1))
		change(&d)
		_, got := New("TestGate", d)
		assert.NotEmpty(t, got)
		assert.True(t, strings.HasPrefix(why, got), "%s: %s", why, got)
	}
}

// TestEveryChangedByteIsNoticed changes each byte of a record in turn.
func TestEveryChangedByteIsNoticed(t *testing.T) {
	r, _ := New("TestGate", compared(1, 2, found(4, 1)))
	name, data, err := r.encode()
	require.NoError(t, err)
	_, err = parse(name, bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")))
	require.NoError(t, err, "git may write other line ends")
	for i := range data {
		changed := bytes.Clone(data)
		changed[i] ^= 0x04
		if read, err := parse(name, changed); err == nil { // white space, or the case of a digit of \u
			_, same, err := read.encode()
			require.NoError(t, err)
			assert.Equal(t, string(data), string(same), "byte %d", i)
		}
		if i < len(data)-1 { // the last ends the line
			_, err := parse(name, data[:i])
			assert.Error(t, err, "cut after %d bytes", i)
		}
	}
}

func TestARecordThatCannotBe(t *testing.T) {
	for want, change := range map[string]func(r *Record){
		"is no hash of a commit":   func(r *Record) { r.Baseline.Hash = "HEAD" },
		"is no hash of a commit ":  func(r *Record) { r.Lineage = []string{"../../x"} },
		"both sides are one":       func(r *Record) { r.Candidate.Hash = r.Baseline.Hash },
		"comes twice":              func(r *Record) { r.Metrics = append(r.Metrics, r.Metrics[0]) },
		"cannot be":                func(r *Record) { r.Metrics[0].ChangePercent = new(float64(-100)) },
		"cannot be ":               func(r *Record) { r.Metrics[0].Interval = &[2]float64{5, 6} },
		"cannot be  ":              func(r *Record) { r.Metrics[0].ChangePercent = nil },
		"cannot be   ":             func(r *Record) { r.Metrics[0].Alpha = 1 },
		"has version 2, and this ": func(r *Record) { r.Version = 2 },
	} {
		r, _ := New("TestGate", compared(1, 2, found(4, 1)))
		change(&r)
		name, data, err := r.encode()
		require.NoError(t, err)
		r.Sum, _ = r.sum()
		_, err = parse(r.name(), data)
		assert.ErrorContains(t, err, strings.TrimRight(want, " "), name)
	}
	r, _ := New("TestGate", compared(1, 2, found(4, 1)))
	_, data, err := r.encode()
	require.NoError(t, err)
	_, err = parse("20261102T100100Z-000000000000-0000000000000000.json", data)
	assert.ErrorContains(t, err, "it was renamed, from 2026")
	_, err = parse("x", bytes.Replace(data, []byte(`"gate"`), []byte(`"door"`), 1))
	assert.ErrorContains(t, err, `unknown field "door"`)
}

func FuzzParse(f *testing.F) {
	r, _ := New("TestGate", compared(1, 2, found(4, 1)))
	name, data, err := r.encode()
	require.NoError(f, err)
	f.Add(name, data)
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		r, err := parse(name, data)
		if err != nil {
			return
		}
		again, data, err := r.encode()
		require.NoError(t, err)
		assert.Equal(t, name, again)
		assert.True(t, json.Valid(data))
		if h := Along([]Record{r}, nil, r.Candidate.Hash); assert.NotNil(t, h) {
			require.NoError(t, h.WriteJSON(&bytes.Buffer{}))
			require.NoError(t, h.WritePage(&bytes.Buffer{}))
		}
	})
}
