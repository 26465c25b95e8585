package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryFuzzTargetHasSeeds holds that a plain go test runs each target with inputs that are kept as files.
func TestEveryFuzzTargetHasSeeds(t *testing.T) {
	top := filepath.Join("..", "..")
	seen := 0
	require.NoError(t, filepath.WalkDir(top, func(file string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == "testdata"):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(file, "_test.go"):
			return nil
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range source.Decls {
			target, ok := decl.(*ast.FuncDecl)
			if !ok || target.Recv != nil || !strings.HasPrefix(target.Name.Name, "Fuzz") {
				continue
			}
			seen++
			seeds, err := os.ReadDir(filepath.Join(filepath.Dir(file), "testdata", "fuzz", target.Name.Name))
			assert.NoError(t, err)
			assert.NotEmpty(t, seeds, "%s: %s has no seeds as files", file, target.Name.Name)
		}
		return nil
	}))
	assert.Positive(t, seen, "no target was found to check")
}
