package regress

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/shards"
)

// Merge is the end of a gate that several machines share, as a test: it merges what their shards left into one report. It fails t
// when a verdict fails, or when the shards are not exactly those of one gate: a shard is missing, there twice, of another commit,
// policy, binary, version or number of shards, cut short or edited. It is given the policy that the shards had, and g.In or
// -regress.in; without, it is skipped.
//
//	func TestGate(t *testing.T)  { regress.Check(t, gate) }
//	func TestMerge(t *testing.T) { regress.Merge(t, gate) }
//
//	go test -run TestGate  . -regress.shard=1/2 -regress.out=$PWD/shards/1     # on one machine
//	go test -run TestGate  . -regress.shard=2/2 -regress.out=$PWD/shards/2     # on another
//	go test -run TestMerge . -regress.in='shards/*'
//
// The verdicts are those that one gate would have reached on the same rounds: alpha is split over all of them on every shard,
// and the rounds are judged again, in pairs and at the looks at which their shard judged them. That must lead to the verdicts
// that the shard left.
func Merge(t *testing.T, g Gate) {
	t.Helper()
	s := settled(t, g)
	if s.in == "" {
		t.Skip("regress: there is nothing to merge: name the folders of the shards with -regress.in")
	}
	s.rerun = byTest
	result, _ := s.merge(t.Name()) // the error is in the report
	s.expect = result.doc.Expected
	tell(t, s, result)
}

// Merge merges the shards in g.In without a test around it. name is the merge's in reports and in the path of the output folder.
// The error says why nothing could be judged; a regression is no error. Flags and environment variables are not heeded.
func (g Gate) Merge(name string) (Result, error) {
	s, err := g.settle(fromNowhere)
	if err == nil && s.in == "" {
		err = errors.New("Gate.In is empty: name the folders of the shards")
	}
	if err != nil {
		return unjudged(name, err)
	}
	return s.merge(name)
}

func (s settings) merge(name string) (Result, error) {
	s.shard = part.Part{} // a job may have it set for all its steps
	doc := report.Document{Name: name, Settings: s.won, Began: time.Now()}
	out, err := s.mergeInto(name, &doc)
	if err == nil {
		s.remember(context.Background(), name, &doc)
	}
	return finish(doc, out, nil, err)
}

// mergeInto fills doc, and the output folder but for the reports.
func (s settings) mergeInto(name string, doc *report.Document) (*output.Folder, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	folders, notFound := shards.Folders(s.in, dir)
	if slices.ContainsFunc(folders, func(f string) bool { return s.out != "" && isSame(f, s.out) }) {
		return nil, fmt.Errorf("the output folder %s is that of a shard: name another with -regress.out", s.out)
	}
	out, err := s.output(dir, name, doc)
	if err != nil {
		return nil, err
	}
	if err := out.RemoveResults(); err != nil {
		return out, err
	}
	if err := s.checkHistory(); err != nil {
		return out, err
	}
	m, err := shards.Merge(s.judge, folders)
	if err := errors.Join(notFound, err); err != nil {
		return out, err
	}
	if s.rerun.line != nil {
		doc.Again = s.mergeAgain(name, dir)
	}
	if err := m.Report(doc); err != nil {
		return out, err
	}
	return out, m.Save(out)
}

// mergeAgain is how to merge once more.
func (s settings) mergeAgain(name, dir string) []report.Command {
	line := assigned(inOption.name, s.in)
	for _, won := range s.outside {
		if won.Name != inOption.name && slices.ContainsFunc(mergeHeeds, func(o option) bool { return o.name == won.Name }) {
			line += " " + assigned(won.Name, won.Value)
		}
	}
	line += " " + s.rerun.line(name, packageIn(dir))
	return []report.Command{{Purpose: "To merge it again, in the folder " + s.rerun.in + ":", Line: line}, medians}
}

// isSame reports whether two names are of one file or folder that is there.
func isSame(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}
