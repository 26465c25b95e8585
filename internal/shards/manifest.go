package shards

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/strictjson"
	"github.com/tailgate-go/tailgate/policy"
)

// version of the manifest's form.
const version = 1

// Manifest is what one shard leaves for the merge, as shard.json.
type Manifest struct {
	Version  int    `json:"version"`
	Tailgate string `json:"tailgate"` // version of the module that measured; a merge of another is refused
	Gate     string `json:"gate"`     // folder of the package from that of go.mod, and name of the test
	Shard    int    `json:"shard"`    // from 1
	Of       int    `json:"of"`
	Policy   string `json:"policy"` // sum of the policy, defaults filled in
	Planted  string `json:"planted"`
	Expected string `json:"expected"`
	Costs    string `json:"costs"` // sum of the file of costs; empty: none

	Baseline  Side `json:"baseline"`
	Candidate Side `json:"candidate"`
	// Anchor is left out where there is none.
	Anchor *Side `json:"anchor,omitempty"`

	Accepts  bool             `json:"accepts"`  // whether trailers of commits were read
	Trailers []policy.Trailer `json:"trailers"` // those that were

	Benchmarks []Benchmark `json:"benchmarks"` // all of the gate, in the report's order
	Files      []File      `json:"files"`      // of this shard, in the manifest's folder
	Sum        string      `json:"sum"`        // SHA-256 of this manifest without it, as compact JSON
}

// Side is what one side of the comparison is.
type Side struct {
	What     string      `json:"what"`
	Why      string      `json:"why"`
	Commit   string      `json:"commit"`
	Dirty    bool        `json:"dirty"`
	Binaries []File      `json:"binaries"` // test binaries by import path, ascending
	Better   []Direction `json:"better"`   // what Unit lines declare, by unit, ascending
}

// File is a file, or a binary, by its SHA-256 in hexadecimal.
type File struct {
	Name string `json:"name"`
	Sum  string `json:"sum"`
}

// Direction is the one in which values of a unit are better, as a benchmark declares it.
type Direction struct {
	Unit   string `json:"unit"`
	Better string `json:"better"` // "lower", "higher"
}

// Benchmark is one of the gate's, and whose it is.
type Benchmark struct {
	policy.ID
	Shard     int    `json:"shard"`
	Baseline  *Smoke `json:"baseline"` // null where the side lacks it
	Candidate *Smoke `json:"candidate"`
	// Unchanged says that both sides run the same binary on the same inputs, so that no shard measures it.
	Unchanged bool `json:"unchanged,omitempty"`
	// Anchor is left out where there is none, or it lacks the benchmark; AnchorUnchanged is Unchanged of candidate and anchor.
	Anchor          *Smoke `json:"anchor,omitempty"`
	AnchorUnchanged bool   `json:"anchor_unchanged,omitempty"`
	// Measured is null of other shards' benchmarks, of unchanged ones, and of those that no rule speaks of or one side lacks, unless
	// that has a problem.
	Measured *Measured `json:"measured"`
}

// Smoke is one run of a benchmark, by which it was found.
type Smoke struct {
	Requests int      `json:"requests"`
	Metrics  []Metric `json:"metrics"` // by unit, ascending
}

// Metric is a unit's values.
type Metric struct {
	Unit   string    `json:"unit"`
	Values []float64 `json:"values"`
}

// Measured says how a benchmark's rounds became its verdicts.
type Measured struct {
	Rounds  int                `json:"rounds"`  // in both files of results
	Looks   []int              `json:"looks"`   // the numbers of rounds after which it was judged, ascending
	Linked  bool               `json:"linked"`  // whether each round had links of its own, so that there are fewer looks
	Spent   bool               `json:"spent"`   // whether the last look was the last because the budget was spent
	Problem *report.ReasonJSON `json:"problem"` // why it must not be judged; null when it may
	Noise   policy.Noise       `json:"noise"`
	// SameCode is how many functions it may run, if all are the same on both sides but for addresses; else 0.
	SameCode int `json:"same_code,omitempty"`
	// Changed is what differs of the benchmark itself on both sides; empty: nothing, or that was not asked.
	Changed string `json:"changed,omitempty"`
	// AnchorSameCode and AnchorChanged say the same of candidate and anchor.
	AnchorSameCode int    `json:"anchor_same_code,omitempty"`
	AnchorChanged  string `json:"anchor_changed,omitempty"`
}

// The places of the sides.
const (
	baselineSide  = 0
	candidateSide = 1
	anchorSide    = 2
)

var sideNames = [3]string{"baseline", "candidate", "anchor"}

// partakes reports whether the side in that place has rounds, if the benchmark was measured.
func (b Benchmark) partakes(side int) bool {
	switch side {
	case baselineSide:
		return b.Baseline != nil && !b.Unchanged
	case anchorSide:
		return b.Anchor != nil && !b.AnchorUnchanged
	}
	return true
}

// comparable reports whether the candidate has the benchmark, and the baseline or the anchor has rounds to compare it with.
func (b Benchmark) comparable() bool {
	return b.Candidate != nil && (b.partakes(baselineSide) || b.partakes(anchorSide))
}

// Part is which shard it is of.
func (m Manifest) Part() part.Part { return part.Part{I: m.Shard, N: m.Of} }

// Encode is the manifest as a file, with its version and sum.
func (m Manifest) Encode() ([]byte, error) {
	m.Version = version
	var err error
	if m.Sum, err = m.sum(); err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(m, "", "  ")
	return append(data, '\n'), err
}

func (m Manifest) sum() (string, error) {
	m.Sum = ""
	data, err := json.Marshal(m)
	return sum(data), err
}

// ParseManifest reads what Encode wrote, and refuses what cannot be one: the error says what was found, and never
// where the file is.
func ParseManifest(data []byte) (Manifest, error) {
	var m Manifest
	text, err := strictjson.Read("manifest", data)
	if err != nil {
		return m, err
	}
	if _, err := text.Decode(&m); err != nil {
		return m, err
	}
	if m.Version != version {
		return m, fmt.Errorf("its form has version %d, and this tailgate reads %d: merge with the tailgate that measured",
			m.Version, version)
	}
	switch found, err := m.sum(); {
	case err != nil:
		return m, err
	case found != m.Sum:
		return m, errors.New("its sum does not match: it was edited")
	}
	return m, m.check()
}

// check says what a manifest cannot be.
func (m Manifest) check() error {
	if err := m.Part().Check(); err != nil {
		return err
	}
	if len(m.Benchmarks) == 0 {
		return errors.New("it has no benchmarks")
	}
	seen := map[policy.ID]bool{}
	for _, b := range m.Benchmarks {
		if err := b.check(m); err != nil {
			return fmt.Errorf("%s: %w", b.Name, err)
		}
		if seen[b.ID] {
			return fmt.Errorf("%s comes twice", b.Name)
		}
		seen[b.ID] = true
	}
	return nil
}

// binary is the sum of the side's test binary of a package; empty when it has none.
func (s Side) binary(pkg string) string {
	for _, f := range s.Binaries {
		if f.Name == pkg {
			return f.Sum
		}
	}
	return ""
}

// sameBinary reports whether both sides have one test binary of a package.
func (s Side) sameBinary(o Side, pkg string) bool {
	return s.binary(pkg) != "" && s.binary(pkg) == o.binary(pkg)
}

func (b Benchmark) check(m Manifest) error {
	switch {
	case b.Shard < 1 || b.Shard > m.Of:
		return fmt.Errorf("it is for shard %d of %d", b.Shard, m.Of)
	case b.Baseline == nil && b.Candidate == nil:
		return errors.New("neither side has it")
	case m.Anchor == nil && (b.Anchor != nil || b.AnchorUnchanged):
		return errors.New("it has an anchor, and the gate has none")
	case b.Unchanged && b.Measured != nil && !b.partakes(anchorSide):
		return errors.New("it is unchanged, and it was measured")
	case b.Unchanged && !m.Candidate.sameBinary(m.Baseline, b.Package),
		b.AnchorUnchanged && !m.Candidate.sameBinary(m.Anchor.or(), b.Package):
		return errors.New("it is said to be unchanged, and the binaries of its package differ")
	case b.Measured == nil:
		return nil
	case b.Shard != m.Shard:
		return fmt.Errorf("it is for shard %d, and shard %d measured it", b.Shard, m.Shard)
	case !b.comparable() && b.Measured.Problem == nil:
		return errors.New("it was measured, and one side lacks it")
	case b.Measured.Rounds < 0:
		return fmt.Errorf("it has %d rounds", b.Measured.Rounds)
	case min(b.Measured.SameCode, b.Measured.AnchorSameCode) < 0:
		return fmt.Errorf("%d of its functions are the same", min(b.Measured.SameCode, b.Measured.AnchorSameCode))
	case !slices.IsSorted(b.Measured.Looks) || len(b.Measured.Looks) > 0 && b.Measured.Looks[0] < 1:
		return fmt.Errorf("it was judged after %v rounds", b.Measured.Looks)
	}
	return nil
}
