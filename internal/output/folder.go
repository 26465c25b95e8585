// Package output writes what a gate leaves: a folder with baseline.txt and candidate.txt as results come, the verdict and the
// reports at the end. The code under test may put into that folder what it likes; nothing is written outside of it, but for
// .tailgate/.gitignore and .tailgate/stamp beside go.mod, wherever the folder is: because of the stamp the go command does not
// reuse the test's result.
package output

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/wholefile"
)

// The files of a folder that others read.
const (
	Verdict  = "verdict.json"
	Bisect   = "bisect.json" // of a search
	Manifest = "shard.json"  // of a shard that ended
	JUnit    = "junit.xml"
)

const (
	bisectText = "bisect.txt"
	explained  = "explained" // stands where a gate that compared two revisions has said what a gate does
)

// Sides are the files of results: the baseline's, the candidate's and, where there is one, the anchor's.
func Sides(anchored bool) []string {
	if anchored {
		return []string{"baseline.txt", "candidate.txt", "anchor.txt"}
	}
	return []string{"baseline.txt", "candidate.txt"}
}

// Folder is the folder that a gate writes.
type Folder struct {
	Dir  string
	New  bool     // whether no gate in it has compared two revisions and said what a gate does
	root *os.Root // Dir: what the code under test has put there leads nowhere else
}

// newFolder makes the folder, which may be anywhere. One that has files must be a gate's, for a gate removes what is in its folder.
func newFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, outputError(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, outputError(err)
	}
	if err := claim(root); err != nil {
		return nil, outputError(errors.Join(err, root.Close()))
	}
	return open(root)
}

// newIn makes the folder below another.
func newIn(parent *os.Root, name string) (*Folder, error) {
	if err := parent.MkdirAll(name, 0o755); err != nil {
		return nil, outputError(err)
	}
	root, err := parent.OpenRoot(name)
	if err != nil {
		return nil, outputError(err)
	}
	return open(root)
}

// open removes the verdict that an earlier gate left in the folder, and what one that was killed had begun to write. Results stay:
// they may be what is to be judged.
func open(root *os.Root) (*Folder, error) {
	_, err := root.Lstat(explained)
	f := &Folder{Dir: root.Name(), New: errors.Is(err, os.ErrNotExist), root: root}
	wholefile.Sweep(root, ".")
	wholefile.Sweep(root, profiles)
	// if they cannot be replaced either, the report says so
	_ = f.Remove("summary.md", "report.html", JUnit, historyPage, historyData)
	if err := f.Remove(append([]string{Verdict, Bisect, bisectText, "report.md", Manifest}, f.profiles()...)...); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return f, nil
}

func outputError(err error) error {
	return fmt.Errorf("output folder: %w; name another with -regress.out", err)
}

// Close ends the use of the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Write replaces the named file of the folder as a whole. No link that stands where it is to be is followed.
func (f *Folder) Write(name string, write func(io.Writer) error) error {
	return wholefile.Write(f.root, name, write)
}

// profiles is the folder of profiles in that of the gate.
const profiles = "profiles"

// Profile is Write for a profile.
func (f *Folder) Profile(name string, write func(io.Writer) error) error {
	if err := f.root.MkdirAll(profiles, 0o755); err != nil {
		return err
	}
	return f.Write(filepath.Join(profiles, name), write)
}

// profiles are those that a gate has left in the folder.
func (f *Folder) profiles() []string {
	names, _ := fs.Glob(f.root.FS(), profiles+"/*.pb.gz") // the pattern is a good one
	return names
}

// Below makes a folder in f, for the results of a part.
func (f *Folder) Below(name string) (*Folder, error) { return newIn(f.root, name) }

// RemoveBelow removes folders in f, with all that is in them.
func (f *Folder) RemoveBelow(names ...string) error {
	for _, name := range names {
		if err := f.root.RemoveAll(name); err != nil {
			return outputError(err)
		}
	}
	return nil
}

// Remove removes what an earlier gate left.
func (f *Folder) Remove(names ...string) error {
	for _, name := range names {
		if err := f.root.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return outputError(err)
		}
	}
	return nil
}

// RemoveResults removes what an earlier gate has measured: no old results stand beside a new verdict.
func (f *Folder) RemoveResults() error {
	return f.Remove(Sides(true)...)
}

// publish writes what a program and a person read.
func (f *Folder) publish(doc report.Document) error {
	return errors.Join(
		wholefile.Write(f.root, Verdict, doc.WriteJSON),
		wholefile.Write(f.root, "report.md", wholefile.Text(doc.Markdown())))
}

// correct publishes doc in the place of one that may say that the gate passes. Where that cannot be written, none stays.
func (f *Folder) correct(doc report.Document) {
	_ = f.Remove(Verdict, "report.md")
	_ = f.publish(doc) // the gate's error is why
}

// The history of the gate along commits, for a browser and for programs.
const (
	historyPage = "history.html"
	historyData = "history.json"
)

// illustrate writes what a person reads in a browser, as large as a job's page may be and beyond: also where CI shows tests.
func (f *Folder) illustrate(doc report.Document) error {
	err := errors.Join(
		wholefile.Write(f.root, "summary.md", wholefile.Text(doc.Summary())),
		wholefile.Write(f.root, JUnit, doc.WriteJUnit),
		wholefile.Write(f.root, "report.html", doc.WritePage))
	if doc.History != nil {
		err = errors.Join(err,
			wholefile.Write(f.root, historyPage, doc.History.WritePage),
			wholefile.Write(f.root, historyData, doc.History.WriteJSON))
	}
	return err
}

// Search writes what is known of a search: for programs, and at its end for a person.
func (f *Folder) Search(doc report.Bisection, ended bool) error {
	err := f.Write(Bisect, doc.WriteJSON)
	if ended {
		err = errors.Join(err, f.Write(bisectText, wholefile.Text(doc.Text())))
	}
	return err
}

// Leave completes doc and writes it to the folder, if there is one. err says why nothing could be judged; where it is nil, seal is
// the last to write but for what a browser shows.
func Leave(f *Folder, doc report.Document, seal func(*Folder) error, err error) (report.Document, error) {
	doc.Took = time.Since(doc.Began)
	if err != nil {
		doc.Fail(err)
	}
	if f != nil {
		doc.Out = f.Dir
		publishErr := f.publish(doc)
		if publishErr == nil && doc.Explains() {
			publishErr = f.Write(explained, wholefile.Text("A gate has said here what it compares. The next gates leave that out.\n"))
		}
		if publishErr == nil && err == nil {
			publishErr = seal(f)
		}
		if publishErr != nil && err == nil {
			err = publishErr
			doc.Fail(err)
			f.correct(doc)
		}
		if illustrateErr := f.illustrate(doc); illustrateErr != nil { // the verdict stands without pictures
			doc.Notes = append(doc.Notes, fmt.Sprintf("not all reports could be written: %v", illustrateErr))
		}
		if closeErr := f.Close(); closeErr != nil && err == nil {
			err = closeErr
			doc.Fail(err)
		}
	}
	return doc, err
}
