package regress

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// folder is where a gate leaves its results in a module, beside go.mod. It ignores itself, so nobody needs to.
const folder = ".tailgate"

// moduleRoot is the folder at or above dir that holds go.mod; dir when there is none.
func moduleRoot(dir string) string {
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
	if err := writeFile(own, ".gitignore", text("*\n")); err != nil {
		return nil, errors.Join(err, own.Close())
	}
	sweep(own, ".")
	return own, nil
}

// uncacheable keeps the go command from reusing this test's result: times do not follow from files. It opens a file in the
// module whose modification time lies in the future, which the go command takes for too new to be sure of
// (cmd/go/internal/test, modTimeCutoff; Go 1.26), now and whenever it looks again.
func uncacheable(own *os.Root) error {
	const stamp = "stamp"
	if err := writeFile(own, stamp, text("A gate opens this file so that go test does not cache its result.\n")); err != nil {
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
