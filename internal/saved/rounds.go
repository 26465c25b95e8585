package saved

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/bounded"
	"github.com/tailgate-go/tailgate/internal/few"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// seedOf is the seed of the gate whose rounds both sets are; empty when they are not those of one gate.
func seedOf(baseline, candidate *benchdata.Set) string {
	seed := baseline.Provenance.Said("seed")
	if baseline.Provenance.Said("side") != "baseline" || candidate.Provenance.Said("side") != "candidate" ||
		candidate.Provenance.Said("seed") != seed {
		return ""
	}
	return seed
}

// unpaired is noted of rounds of one gate, which are judged here as if each side had been measured by itself.
const unpaired = "both files are the rounds of one gate, which compared them round by round, as it measured them. " +
	"Here they are judged once, as runs that have nothing to do with each other"

// mostGraver is how many verdicts are named that are graver than the gate's own.
const mostGraver = 5

// graver names the verdicts that are graver than those of the gate that left its verdict.json beside the file; empty when none is,
// or when that gate's verdicts are not there.
func graver(file, seed string, verdicts []policy.Verdict) string {
	data, err := bounded.ReadFile(filepath.Join(filepath.Dir(file), "verdict.json"), mostOfVerdicts)
	if err != nil {
		return ""
	}
	live, err := report.ReadJSON(data)
	if err != nil || !isOf(live, seed) {
		return ""
	}
	type metric struct {
		policy.ID
		unit string
	}
	was := map[metric]policy.Verdict{}
	for _, v := range live.Report.Verdicts {
		was[metric{v.ID, v.Unit}] = v
	}
	var names []string
	for _, v := range verdicts {
		before, known := was[metric{v.ID, v.Unit}]
		if known && v.Fails && !before.Fails {
			names = append(names, fmt.Sprintf("%s %s is %s here and was %s", v.Name, v.Unit, v.Outcome, before.Outcome))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "graver than the gate's own verdicts, since its pairs and its looks are not used: " +
		strings.Join(few.First(names, mostGraver, ""), "; ") + ". The gate's hold"
}

// mostOfVerdicts is how many bytes a verdict.json may have that is read.
const mostOfVerdicts = 64 << 20

// isOf reports whether the gate of the report had that seed.
func isOf(d report.Document, seed string) bool {
	for _, f := range d.Environment {
		if f.Name == "seed" {
			return f.Value == seed
		}
	}
	return false
}
