package history

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/strictjson"
	"github.com/tailgate-go/tailgate/policy"
)

// version of a record's form.
const version = 1

// MostLineage is how many ancestors of its candidate a record names: as many commits may come between two gates.
const MostLineage = 64

// Record is what is kept of one report: what it compared, and what changed.
type Record struct {
	Version   int       `json:"version"`
	Gate      string    `json:"gate"` // module, folder of the package from that of go.mod, and name of the test
	Began     time.Time `json:"began"`
	Baseline  Commit    `json:"baseline"`
	Candidate Commit    `json:"candidate"`
	// Lineage are the hashes of the candidate's ancestors along first parents, the nearest first, as far as they were known.
	Lineage     []string          `json:"lineage"`
	Environment map[string]string `json:"environment"` // of the machine that measured both sides
	Outcome     policy.Outcome    `json:"outcome"`
	Pass        bool              `json:"pass"`
	Metrics     []Metric          `json:"metrics"`
	Sum         string            `json:"sum"` // SHA-256 of this record without it, as compact JSON
}

// Commit is one side of the comparison. Time is zero, and Subject empty, where git could not tell.
type Commit struct {
	Hash    string    `json:"hash"` // in full
	Time    time.Time `json:"time"` // when it was committed
	Subject string    `json:"subject"`
}

// Metric is a verdict.
type Metric struct {
	Package    string           `json:"package"`
	Benchmark  string           `json:"benchmark"`
	GOMAXPROCS int              `json:"gomaxprocs"`
	Unit       string           `json:"unit"`
	Better     policy.Direction `json:"better"`
	Outcome    policy.Outcome   `json:"outcome"`
	Code       policy.Code      `json:"code"`
	// Same says that the benchmark runs the same code on both sides: nothing has changed, whatever was measured.
	Same      bool     `json:"same"`
	Rounds    int      `json:"rounds"`    // 0 where nothing was measured
	Baseline  *float64 `json:"baseline"`  // median, in Unit; null where nothing was measured
	Candidate *float64 `json:"candidate"` // comparable with the baseline's, and with no other report's
	// ChangePercent is above -100; null where there is no ratio, as from 0.
	ChangePercent *float64    `json:"change_percent"`
	Interval      *[2]float64 `json:"interval_percent"` // null where it is unbounded
	Alpha         float64     `json:"alpha"`            // the chance that the interval leaves out the true change
}

// key tells metrics apart.
type key struct {
	policy.ID
	unit string
}

func (m Metric) key() key {
	return key{policy.ID{Package: m.Package, Name: m.Benchmark, Procs: m.GOMAXPROCS}, m.Unit}
}

// kept are the facts of a machine by which a reader tells it from another.
var kept = []string{"goos", "goarch", "cpu", "cpus", "go"}

// New is what there is to keep of a report of that gate. Where it is not to be kept, why says so, as the end of a sentence: a
// report is kept that compares two commits, as they are, in rounds.
func New(gate string, d report.Document) (r Record, why string) {
	switch {
	case d.Planted != "" || d.Expected != "":
		return r, "a slowdown was planted"
	case d.Baseline.Commit == "" || d.Candidate.Commit == "":
		return r, "a side is no commit"
	case d.Baseline.Dirty || d.Candidate.Dirty:
		return r, "a side has changes that are in no commit"
	case d.Baseline.Commit == d.Candidate.Commit:
		return r, "both sides are one commit"
	}
	r = Record{
		Version: version, Gate: gate, Began: d.Began.UTC(), Outcome: d.Outcome(), Pass: d.Passes(),
		Baseline: Commit{Hash: d.Baseline.Commit}, Candidate: Commit{Hash: d.Candidate.Commit},
		Lineage: []string{}, Environment: map[string]string{}, Metrics: []Metric{},
	}
	for _, f := range d.Environment {
		if _, known := r.Environment[f.Name]; !known && slices.Contains(kept, f.Name) {
			r.Environment[f.Name] = strings.ToValidUTF8(f.Value, "?")
		}
	}
	for _, v := range d.Report.Verdicts {
		if v.Name != "" && (v.Paired || isSame(v) || v.Baseline.N == 0 || v.Candidate.N == 0) {
			r.Metrics = append(r.Metrics, newMetric(v))
		}
	}
	if len(r.Metrics) == 0 {
		return r, "nothing was measured in rounds"
	}
	return r, ""
}

func newMetric(v policy.Verdict) Metric {
	m := Metric{
		Package: strings.ToValidUTF8(v.Package, "?"), Benchmark: strings.ToValidUTF8(v.Name, "?"), GOMAXPROCS: v.Procs,
		Unit: strings.ToValidUTF8(v.Unit, "?"), Better: v.Direction, Outcome: v.Outcome, Code: v.Reason.Code,
		Same: isSame(v),
	}
	if v.Baseline.N == 0 || v.Candidate.N == 0 || !isFinite(v.Baseline.Median) || !isFinite(v.Candidate.Median) || !isFinite(v.Alpha) {
		return m
	}
	m.Rounds, m.Baseline, m.Candidate, m.Alpha = v.Candidate.N, &v.Baseline.Median, &v.Candidate.Median, v.Alpha
	if isFinite(v.ChangePercent) && v.ChangePercent > -100 {
		m.ChangePercent = &v.ChangePercent
		if isFinite(v.Percent.Lo) && isFinite(v.Percent.Hi) && v.Percent.Lo <= v.ChangePercent && v.ChangePercent <= v.Percent.Hi {
			m.Interval = &[2]float64{v.Percent.Lo, v.Percent.Hi}
		}
	}
	return m
}

// isSame reports whether nothing has changed since the baseline, whatever has since the anchor.
func isSame(v policy.Verdict) bool {
	own := v.SinceBaseline()
	return own.Outcome == policy.OK && (own.Code == policy.Unchanged || own.Code == policy.SameCode)
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// encode is the record as a file, with its sum, and the file's name.
func (r Record) encode() (name string, data []byte, err error) {
	if r.Sum, err = r.sum(); err != nil {
		return "", nil, err
	}
	data, err = json.MarshalIndent(r, "", "  ")
	return r.name(), append(data, '\n'), err
}

func (r Record) sum() (string, error) {
	r.Sum = ""
	data, err := json.Marshal(r)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

// name sorts by time. Two records have one name if they are the same.
func (r Record) name() string {
	return fmt.Sprintf("%s-%.12s-%.16s.json", r.Began.UTC().Format("20060102T150405Z"), r.Candidate.Hash, r.Sum)
}

var isHash = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`).MatchString

// parse reads what encode wrote into a file of that name, and refuses what cannot be that.
func parse(name string, data []byte) (Record, error) {
	var r Record
	text, err := strictjson.Read("report", data, "environment")
	if err != nil {
		return r, err
	}
	if _, err := text.Decode(&r); err != nil {
		return r, err
	}
	if r.Version != version {
		return r, fmt.Errorf("its form has version %d, and this tailgate reads %d", r.Version, version)
	}
	switch sum, err := r.sum(); {
	case err != nil:
		return r, err
	case sum != r.Sum:
		return r, errors.New("its sum does not match: it was edited")
	case name != r.name():
		return r, fmt.Errorf("it was renamed, from %s", r.name())
	}
	return r, r.check()
}

// check says what a record cannot be.
func (r Record) check() error {
	for _, hash := range append([]string{r.Baseline.Hash, r.Candidate.Hash}, r.Lineage...) {
		if !isHash(hash) {
			return fmt.Errorf("%.20q is no hash of a commit", hash)
		}
	}
	if r.Baseline.Hash == r.Candidate.Hash {
		return errors.New("both sides are one commit")
	}
	seen := map[key]bool{}
	for _, m := range r.Metrics {
		if seen[m.key()] {
			return fmt.Errorf("%s of %s comes twice", m.Unit, m.Benchmark)
		}
		seen[m.key()] = true
		if m.ChangePercent == nil && m.Interval == nil {
			continue
		}
		if m.ChangePercent == nil || *m.ChangePercent <= -100 || !(m.Alpha >= 0 && m.Alpha < 1) ||
			m.Interval != nil && !(m.Interval[0] <= *m.ChangePercent && *m.ChangePercent <= m.Interval[1]) {
			return fmt.Errorf("the change of %s of %s cannot be", m.Unit, m.Benchmark)
		}
	}
	return nil
}
