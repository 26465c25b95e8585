package overlay

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
)

// EarlyEnv names the variable that makes a test binary with hooks log, too, what it reads before its tests begin. The log then has
// a line about this variable, as of one that was asked for, unless it is too long to be whole.
const EarlyEnv = "TAILGATE_EARLY"

//go:embed early.go.txt
var early []byte

// earlyShapes are the functions of package internal/testlog that are replaced, with their parameters.
var earlyShapes = map[string]string{"Open": "(string) ()", "Stat": "(string) ()"}

// Early makes package internal/testlog, whose files are given, keep what is read before there is a logger. What it returns is as of
// Hook; the error is ErrNoFit.
func Early(files map[string][]byte) (map[string][]byte, error) {
	edits, found := map[string][]edit{}, 0
	set := token.NewFileSet()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file, err := parser.ParseFile(set, name, files[name], parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoFit, err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || f.Body == nil || earlyShapes[f.Name.Name] != shape(f) {
				continue
			}
			at := set.Position(f.Name.Pos()).Offset
			edits[name] = append(edits[name], edit{at, at, prefix})
			found++
		}
	}
	if found != len(earlyShapes) {
		return nil, fmt.Errorf("%w: %d functions of internal/testlog are as they were when it was made, and %d are needed", ErrNoFit,
			found, len(earlyShapes))
	}
	all := map[string][]byte{prefix + "early.go": early}
	for name, of := range edits {
		all[name] = apply(files[name], of)
	}
	return all, nil
}
