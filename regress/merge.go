package regress

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/policy"
)

// Merge is the end of a gate that several machines share, as a test: it merges what their shards left into one report, and fails t when a
// verdict fails, or when what there is is not exactly one gate: a shard that is missing or there twice, of another commit, policy, binary,
// version or number of shards, cut short or edited. It is given the policy that the shards had, and g.In or -regress.in; without, it is skipped.
//
//	func TestGate(t *testing.T)  { regress.Check(t, gate) }
//	func TestMerge(t *testing.T) { regress.Merge(t, gate) }
//
//	go test -run TestGate  . -regress.shard=1/2 -regress.out=$PWD/shards/1     # on one machine
//	go test -run TestGate  . -regress.shard=2/2 -regress.out=$PWD/shards/2     # on another
//	go test -run TestMerge . -regress.in='shards/*'
//
// The verdicts are those that one gate would have reached on the same rounds: alpha is split over all of them on every shard, and the
// rounds are judged again, in pairs and at the looks at which their shard judged them. That must lead to the verdicts that the shard left.
func Merge(t *testing.T, g Gate) {
	t.Helper()
	if duet.IsChild() {
		t.Skip("regress: this process is being measured by a gate")
	}
	s, err := g.settle(fromRun)
	if err != nil {
		t.Attr("regress.outcome", string(policy.Invalid))
		t.Fatalf("regress: invalid: %v", err)
	}
	if s.in == "" {
		t.Skip("regress: there is nothing to merge: name the folders of the shards with -regress.in")
	}
	s.test = true
	result, _ := s.merge(t.Name()) // the error is in the report
	s.expect = result.doc.Expected
	tell(t, s, result)
}

// Merge merges the shards in g.In without a test around it. name is the merge's in reports and in the path of the output folder. The error says
// why nothing could be judged; a regression is no error. Flags and environment variables are not heeded.
func (g Gate) Merge(name string) (Result, error) {
	s, err := g.settle(fromNowhere)
	if err == nil && s.in == "" {
		err = errors.New("Gate.In is empty: name the folders of the shards")
	}
	if err != nil {
		return Result{doc: report.Document{Name: name, Error: err.Error(), Began: time.Now()}}, err
	}
	return s.merge(name)
}

func (s settings) merge(name string) (Result, error) {
	doc := report.Document{Name: name, Settings: s.won, Began: time.Now()}
	out, err := s.mergeInto(name, &doc)
	return finish(doc, out, nil, err)
}

// mergeInto fills doc, and the output folder but for the reports.
func (s settings) mergeInto(name string, doc *report.Document) (*output.Folder, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	folders, notFound := findShards(s.in, dir)
	if slices.ContainsFunc(folders, func(f string) bool { return s.out != "" && sameFolder(f, s.out) }) {
		return nil, fmt.Errorf("the output folder %s is that of a shard: name another with -regress.out", s.out)
	}
	s.shard = shards.Part{} // a job may have it set for all its steps
	out, err := s.output(dir, name, doc)
	if err != nil {
		return nil, err
	}
	if err := out.Remove("baseline.txt", "candidate.txt"); err != nil {
		return out, err
	}
	m, err := readMerge(s.judge, folders)
	if err := errors.Join(notFound, err); err != nil {
		return out, err
	}
	if s.test {
		doc.Again = s.mergeAgain(name, dir)
	}
	if err := m.report(doc); err != nil {
		return out, err
	}
	return out, m.save(out)
}

// mergeAgain is how to merge once more.
func (s settings) mergeAgain(name, dir string) []report.Command {
	pkg, err := filepath.Rel(output.Module(dir), dir)
	if err != nil {
		pkg = "."
	}
	line := "REGRESS_IN=" + shellQuoted(s.in) + " go test -count=1 -v -run " + shellQuoted(whole(name)) + " " + shellQuoted("./"+filepath.ToSlash(pkg))
	return []report.Command{
		{Purpose: "To merge it again, in the folder of go.mod:", Line: line},
		{Purpose: "To see the same medians with benchstat, in the folder of the results:", Line: "benchstat baseline.txt candidate.txt"},
	}
}

// findShards are the folders of shards that a pattern means: those below what matches it in dir or, if nothing does, in dir's module. What
// matches and has no shard is an error, beside those that have.
func findShards(pattern, dir string) ([]string, error) {
	matches, err := glob(pattern, dir)
	if err != nil {
		return nil, fmt.Errorf("-regress.in is %q: %w: write a pattern such as 'shards/*'", pattern, err)
	}
	if len(matches) == 0 {
		return nil, fmt.Errorf("no folders match %q in %s or in the folder of go.mod: name those in which the shards left their results, with -regress.in",
			pattern, dir)
	}
	var (
		folders []string
		errs    []error
	)
	for _, match := range matches {
		found, err := shards.Find(match)
		switch {
		case err != nil:
			errs = append(errs, err)
		case len(found) == 0:
			errs = append(errs, noShard(match))
		}
		folders = append(folders, found...)
	}
	return folders, errors.Join(errs...)
}

// glob is the pattern's matches in dir, or else in its module.
func glob(pattern, dir string) ([]string, error) {
	matches, err := filepath.Glob(pattern)
	if err != nil || len(matches) > 0 || filepath.IsAbs(pattern) {
		return matches, err
	}
	return filepath.Glob(filepath.Join(output.Module(dir), pattern))
}

// noShard says of a folder why there may be no shard in it.
func noShard(dir string) error {
	why := ""
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error { // what cannot be read says nothing
		if err != nil || entry.Name() != "verdict.json" {
			return nil
		}
		if doc, err := readVerdict(path); err == nil && doc.Error != "" {
			why = "; its gate ended with: " + doc.Error
		}
		return nil
	})
	return fmt.Errorf("%s has no %s: it is no folder of a shard's results, or the shard did not end%s", dir, shards.ManifestFile, why)
}

// readVerdict reads a verdict.json.
func readVerdict(name string) (report.Document, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return report.Document{}, err
	}
	doc, err := report.ReadJSON(data)
	if err != nil {
		return doc, fmt.Errorf("%s: %w", name, err)
	}
	return doc, nil
}

func sameFolder(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// readMerge reads the shards in folders, and refuses what is not all of one gate.
func readMerge(j judge.Judge, folders []string) (*merged, error) {
	m := &merged{judge: j}
	var (
		found []shards.Found
		errs  []error
	)
	for _, folder := range folders {
		f, err := shards.Open(folder)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if own := policySum(j.Policy()); f.Policy != own {
			errs = append(errs, fmt.Errorf("%s was judged by another policy than this test's: merge with the policy that the shards had", f))
		}
		if f.Tailgate != ownVersion() {
			errs = append(errs, fmt.Errorf("%s was measured by another version of tailgate than this one: %q, not %q", f, f.Tailgate, ownVersion()))
		}
		found = append(found, f)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if problems := shards.Agree(found); len(problems) > 0 {
		return nil, errors.New(strings.Join(problems, "\n"))
	}
	slices.SortFunc(found, func(a, b shards.Found) int { return a.Shard - b.Shard })
	for _, f := range found {
		s, err := readShard(f)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f, err))
		}
		m.shards = append(m.shards, s)
	}
	return m, errors.Join(errs...)
}
