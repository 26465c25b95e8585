package regress

import (
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

// makeFolder makes the folder in the module.
func makeFolder(module string) (string, error) {
	dir := filepath.Join(module, folder)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	return dir, writeFile(filepath.Join(dir, ".gitignore"), text("*\n"))
}

// uncacheable keeps the go command from reusing this test's result: times do not follow from files. It opens a file in the
// module whose modification time lies in the future, which the go command takes for too new to be sure of
// (cmd/go/internal/test, modTimeCutoff; Go 1.26), now and whenever it looks again.
func uncacheable(dir string) error {
	stamp := filepath.Join(dir, "stamp")
	if err := os.WriteFile(stamp, []byte("A gate opens this file so that go test does not cache its result.\n"), 0o644); err != nil {
		return err
	}
	future := time.Now().Add(100 * 365 * 24 * time.Hour)
	if err := os.Chtimes(stamp, future, future); err != nil {
		return err
	}
	f, err := os.Open(stamp)
	if err != nil {
		return err
	}
	return f.Close()
}
