package overlay

import (
	_ "embed"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
)

// ErrNoFit means that package testing has no place for the hooks: a release of Go has changed it, or has no b.Loop yet.
var ErrNoFit = errors.New("the hooks of the duet do not fit this release of Go")

//go:embed hook.go.txt
var hook []byte

// prefix starts the name of everything that is added to package testing, and of every file.
const prefix = "tailgate_"

// Hook puts the seat of a duet into package testing, whose files are given, all but its tests. What it returns are the files that
// are to be replaced or added, by name.
func Hook(files map[string][]byte) (map[string][]byte, error) {
	p := &patch{set: token.NewFileSet(), edits: map[string][]edit{}}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file, err := parser.ParseFile(p.set, name, files[name], parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoFit, err)
		}
		p.file(name, file)
	}
	if err := p.complete(); err != nil {
		return nil, err
	}
	all, err := seat()
	if err != nil {
		return nil, err
	}
	all[prefix+"hook.go"] = hook
	for name, edits := range p.edits {
		all[name] = apply(files[name], edits)
	}
	return all, nil
}

// patch finds what is to be changed in package testing.
type patch struct {
	set   *token.FileSet
	edits map[string][]edit // by the name of the file
	found [3]int            // of each place
	calls [2]int            // of the first two

	verbose int // functions Verbose
}

// edit replaces the bytes from one offset to another.
type edit struct {
	from, to int
	text     string
}

// places are the methods of B that are changed: their names, and in the last one the call that collects garbage, too.
var places = [3]string{"stopOrScaleBLoop", "launch", "runN"}

func (p *patch) file(name string, file *ast.File) {
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		p.countCalls(f)
		p.ownVerbose(name, f)
		at := slices.Index(places[:], f.Name.Name)
		receiver, ok := receiverB(f)
		if at < 0 || !ok {
			continue
		}
		switch places[at] {
		case "stopOrScaleBLoop":
			if shape(f) != "() (bool)" {
				continue
			}
			p.rename(name, f.Name)
		case "launch":
			if shape(f) != "() ()" {
				continue
			}
			p.rename(name, f.Name)
		case "runN":
			calls := collections(f)
			if shape(f) != "(int) ()" || len(calls) != 1 {
				continue
			}
			p.rename(name, f.Name)
			p.edit(name, calls[0].Pos(), calls[0].End(), prefix+"collect("+receiver+")")
		}
		p.found[at]++
	}
}

// ownVerbose leaves package testing its own function Verbose, by another name, and others the one of the hooks.
func (p *patch) ownVerbose(name string, f *ast.FuncDecl) {
	if f.Recv == nil && f.Name.Name == "Verbose" && shape(f) == "() (bool)" {
		p.rename(name, f.Name)
		p.verbose++
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 0 {
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "Verbose" {
				p.rename(name, id)
			}
		}
		return true
	})
}

func (p *patch) rename(name string, id *ast.Ident) { p.edit(name, id.Pos(), id.Pos(), prefix) }

func (p *patch) edit(name string, from, to token.Pos, text string) {
	p.edits[name] = append(p.edits[name], edit{p.set.Position(from).Offset, p.set.Position(to).Offset, text})
}

// countCalls counts where the first two methods are called: a hook that nobody calls is none.
func (p *patch) countCalls(f *ast.FuncDecl) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && len(call.Args) == 0 {
				for i := range p.calls {
					if s.Sel.Name == places[i] {
						p.calls[i]++
					}
				}
			}
		}
		return true
	})
}

func (p *patch) complete() error {
	for i, n := range p.found {
		if n != 1 {
			return fmt.Errorf("%w: %d methods %s of testing.B are as they were when it was made, and one is needed", ErrNoFit, n, places[i])
		}
	}
	for i, n := range p.calls {
		if n != 1 {
			return fmt.Errorf("%w: method %s is called in %d places, and one is needed", ErrNoFit, places[i], n)
		}
	}
	if p.verbose != 1 {
		return fmt.Errorf("%w: %d functions Verbose are as they were when it was made, and one is needed", ErrNoFit, p.verbose)
	}
	return nil
}

// apply edits a file. No edit overlaps another.
func apply(text []byte, edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return a.from - b.from })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, text[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, text[at:]...)
}
