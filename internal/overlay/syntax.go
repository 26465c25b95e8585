package overlay

import (
	"go/ast"
	"strings"
)

// receiverB is the receiver's name of a method of *B.
func receiverB(f *ast.FuncDecl) (name string, ok bool) {
	if f.Recv == nil || len(f.Recv.List) != 1 || len(f.Recv.List[0].Names) != 1 {
		return "", false
	}
	pointer, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return "", false
	}
	of, ok := pointer.X.(*ast.Ident)
	return f.Recv.List[0].Names[0].Name, ok && of.Name == "B"
}

// shape is a function's parameters and results, such as "(int) (bool)", if all are of types with simple names.
func shape(f *ast.FuncDecl) string {
	list := func(fields *ast.FieldList) string {
		var types []string
		if fields != nil {
			for _, field := range fields.List {
				name := "?"
				if id, ok := field.Type.(*ast.Ident); ok {
					name = id.Name
				}
				for range max(1, len(field.Names)) {
					types = append(types, name)
				}
			}
		}
		return "(" + strings.Join(types, ", ") + ")"
	}
	return list(f.Type.Params) + " " + list(f.Type.Results)
}

// collections are the calls of runtime.GC that are statements of f's body.
func collections(f *ast.FuncDecl) (calls []*ast.CallExpr) {
	for _, statement := range f.Body.List {
		expression, ok := statement.(*ast.ExprStmt)
		if !ok {
			continue
		}
		call, ok := expression.X.(*ast.CallExpr)
		if !ok || len(call.Args) > 0 {
			continue
		}
		s, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || s.Sel.Name != "GC" {
			continue
		}
		if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "runtime" {
			calls = append(calls, call)
		}
	}
	return calls
}
