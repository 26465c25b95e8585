package output

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tailgate-go/tailgate/internal/wholefile"
)

// folder is where a gate leaves its results in a module, beside go.mod. Its own .gitignore keeps it out of git.
const folder = ".tailgate"

// stamp is the file in it that tells the go command that the test's result is not to be reused.
const stamp = "stamp"

// Module is the folder at or above dir that holds go.mod; dir when there is none.
func Module(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

// makeFolder makes the folder in the module. A link in its place is not followed: it may come with a pull request.
func makeFolder(module string) (*os.Root, error) {
	root, err := os.OpenRoot(module)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if info, err := root.Lstat(folder); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is no folder: remove it", filepath.Join(module, folder))
	}
	if err := root.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	own, err := root.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	if err := wholefile.Write(own, ".gitignore", wholefile.Text("*\n")); err != nil {
		return nil, errors.Join(err, own.Close())
	}
	wholefile.Sweep(own, ".")
	return own, nil
}

// uncacheable keeps the go command from reusing this test's result: times do not follow from files. It opens a file in the
// module whose modification time lies in the future, which the go command takes for too new to be sure of
// (cmd/go/internal/test, modTimeCutoff; Go 1.26), now and whenever it looks again.
func uncacheable(own *os.Root) error {
	why := wholefile.Text("A gate opens this file so that go test does not cache its result.\n")
	if err := wholefile.Write(own, stamp, why); err != nil {
		return err
	}
	future := time.Now().Add(100 * 365 * 24 * time.Hour)
	if err := own.Chtimes(stamp, future, future); err != nil {
		return err
	}
	f, err := own.Open(stamp)
	if err != nil {
		return err
	}
	return f.Close()
}

// Test is whose output it is.
type Test struct {
	Dir  string // the folder of the test's package
	Name string
	Part string // the folder of a part of the output, in that of the test; empty for the whole
}

// Of makes the output folder of a test: the one that is set, or if none is one in the module. Either way a file in the module keeps
// the result from being cached; a note says so where that cannot be.
func Of(test Test, set string) (f *Folder, note string, err error) {
	module := Module(test.Dir)
	own, err := makeFolder(module)
	if err == nil {
		defer own.Close()
		err = uncacheable(own)
	}
	switch {
	case err == nil && set == "":
		pkg, err := filepath.Rel(module, test.Dir) // two packages may have tests of one name
		if err != nil {
			return nil, "", err
		}
		f, err = newIn(own, filepath.Join(pkg, safe(test.Name), test.Part))
		return f, "", err
	case err == nil:
		f, err = newFolder(set)
		return f, "", err
	case set == "":
		return nil, "", outputError(err)
	}
	note = fmt.Sprintf("go test may reuse this result, because the module cannot be written to (%v): run it with -count=1", err)
	f, err = newFolder(set)
	return f, note, err
}

// safe is a test's name as a path that stays below its folder.
func safe(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		part = strings.Map(func(r rune) rune {
			if strings.ContainsRune(`\:*?"<>|`, r) || r < ' ' {
				return '_'
			}
			return r
		}, part)
		if strings.Trim(part, ". ") == "" {
			part = "_"
		}
		parts[i] = part
	}
	return strings.Join(parts, "/")
}
