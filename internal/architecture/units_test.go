package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// TestEveryUnitHasADirection holds that a policy can name each metric that is reported anywhere in this module, or is refused as it
// is read: every unit that is given to b.ReportMetric, to a function called report or to a
// benchdata.Value, and every constant whose name ends in Unit.
func TestEveryUnitHasADirection(t *testing.T) {
	units := reported(t)
	for unit, at := range units {
		refused := policy.Policy{Rules: []policy.Rule{{Metric: unit}}}.Validate() != nil
		assert.NotEqual(t, refused, policy.DirectionOf(unit) != "",
			"%s reports %s: tell which way it is better in policy/direction.go", at, unit)
	}
	// The search sees each kind of place.
	for _, unit := range []string{
		"errors-percent", "output-tok/min", "errors-x", "p50-lag-ns", "selection", "targets", "server-preemptions",
		"server-decode-ns/tok", "p50-x-ns", "cpu-ns/req", "mean-ns/op", "max-rate-req/s", "peak-rss-B", "gc-pause-p99-ns",
	} {
		assert.Contains(t, units, unit)
	}
}

// reported are the units that the module's packages report, each with a place. Where a part of one is not known it is x.
func reported(t *testing.T) map[string]string {
	t.Helper()
	top := filepath.Join("..", "..")
	s := &unitSearch{
		t: t, consts: map[string]string{}, lists: map[string][]string{}, keyed: map[string][]string{}, units: map[string]string{},
	}
	var files []*ast.File
	for _, name := range goFiles(t, top) {
		text, err := os.ReadFile(name) // so that the test cache sees a change
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
		s.declare(filepath.Dir(name), file)
	}
	for i, name := range goFiles(t, top) {
		s.dir, s.file = filepath.Dir(name), strings.TrimPrefix(filepath.ToSlash(name), "../../")
		ast.Inspect(files[i], s.visit)
	}
	return s.units
}

// goFiles are the sources of the module, its tests aside.
func goFiles(t *testing.T, top string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(top, func(name string, entry os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".." || entry.Name() == "testdata"):
			return filepath.SkipDir
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			names = append(names, name)
		}
		return nil
	}))
	return names
}

// unitSearch looks for units by syntax.
type unitSearch struct {
	t         *testing.T
	consts    map[string]string   // texts by the name of the constant
	lists     map[string][]string // by the name of the variable, the texts that it lists
	keyed     map[string][]string // by folder, the texts of fields unit
	units     map[string]string
	dir, file string // that is searched
}

func (s *unitSearch) declare(dir string, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for i, value := range n.Values {
				if text, ok := literal(value); ok && i < len(n.Names) {
					s.consts[n.Names[i].Name] = text
				}
				if list, ok := value.(*ast.CompositeLit); ok && i < len(n.Names) {
					for _, e := range list.Elts {
						if text, ok := literal(e); ok {
							s.lists[n.Names[i].Name] = append(s.lists[n.Names[i].Name], text)
						}
					}
				}
			}
		case *ast.CompositeLit:
			if list, ok := n.Type.(*ast.ArrayType); ok && isNamed(list.Elt, "counter") { // of servers
				for _, e := range n.Elts {
					s.first(dir, e)
				}
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "unit" {
				if text, ok := literal(n.Value); ok {
					s.keyed[dir] = append(s.keyed[dir], text)
				}
			}
		}
		return true
	})
}

// first notes the text that is the first field of a struct, or the first argument of a function.
func (s *unitSearch) first(dir string, e ast.Expr) {
	var of []ast.Expr
	switch e := e.(type) {
	case *ast.CompositeLit:
		of = e.Elts
	case *ast.CallExpr:
		of = e.Args
	}
	if len(of) > 0 {
		if text, ok := literal(of[0]); ok {
			s.keyed[dir] = append(s.keyed[dir], text)
		}
	}
}

func (s *unitSearch) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.SelectorExpr); len(n.Args) == 2 && (isNamed(n.Fun, "report") || ok && f.Sel.Name == "ReportMetric") {
			s.found(n.Args[1])
		}
	case *ast.CompositeLit:
		of, ok := n.Type.(*ast.SelectorExpr)
		if !ok || of.Sel.Name != "Value" || !isNamed(of.X, "benchdata") {
			break
		}
		for _, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok && isNamed(kv.Key, "Unit") {
				s.found(kv.Value)
			}
		}
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if strings.HasSuffix(name.Name, "Unit") && !strings.HasPrefix(name.Name, "JUnit") && i < len(n.Values) {
				s.found(n.Values[i])
			}
		}
	}
	return true
}

// found notes what an expression is that stands where a unit is given. A field or parameter of that name has its units from where
// they are found themselves.
func (s *unitSearch) found(e ast.Expr) {
	if isNamed(e, "unit") {
		return
	}
	if field, ok := e.(*ast.SelectorExpr); ok && field.Sel.Name == "Unit" {
		return
	}
	if field, ok := e.(*ast.SelectorExpr); ok && field.Sel.Name == "unit" {
		assert.NotEmpty(s.t, s.keyed[s.dir], "%s: no field unit has a text", s.file)
		for _, unit := range s.keyed[s.dir] {
			s.units[unit] = s.file
		}
		return
	}
	if list, ok := e.(*ast.IndexExpr); ok {
		name, ok := list.X.(*ast.Ident)
		if assert.True(s.t, ok && len(s.lists[name.Name]) > 0, "%s: a unit is of a list that has no texts", s.file) {
			for _, unit := range s.lists[name.Name] {
				s.units[unit] = s.file
			}
		}
		return
	}
	text, known := s.text(e)
	if assert.True(s.t, known, "%s: a unit is given in a way that this search does not know: teach it", s.file) {
		s.units[text] = s.file
	}
}

// text is that of an expression. Not known is one of which no part is.
func (s *unitSearch) text(e ast.Expr) (text string, known bool) {
	const unknown = "x"
	switch e := e.(type) {
	case *ast.BasicLit:
		return literal(e)
	case *ast.Ident:
		text, known = s.consts[e.Name]
	case *ast.SelectorExpr:
		text, known = s.consts[e.Sel.Name]
	case *ast.BinaryExpr:
		left, known := s.text(e.X)
		right, also := s.text(e.Y)
		return left + right, known || also
	case *ast.CallExpr:
		f, ok := e.Fun.(*ast.SelectorExpr)
		if !ok || f.Sel.Name != "Sprintf" {
			break
		}
		text, known = literal(e.Args[0])
		return strings.NewReplacer("%d", "50", "%s", "x-").Replace(text), known
	}
	if !known {
		text = unknown
	}
	return text, known
}

func literal(e ast.Expr) (text string, ok bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func isNamed(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}
