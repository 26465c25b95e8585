package growth

import (
	"debug/buildinfo"
	"path/filepath"
	"strings"
)

// Module is the path of the module that is tested. It tells the functions of modules from those of the standard library, whose
// packages alone have no dot in the first element of their path. (A test binary does not say which modules it was built of.)
type Module string

// ReadModule reads which module the test binary in a file is of.
func ReadModule(binary string) (Module, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return "", err
	}
	return Module(info.Main.Path), nil
}

// Source is the path of a file of the module, which a profile names without a folder, where the package pkg of it is in dir; empty
// if the file is of another module.
func (m Module) Source(file, pkg, dir string) string {
	name, of := strings.CutPrefix(file, string(m)+"/")
	below, within := strings.CutPrefix(pkg, string(m))
	top, found := strings.CutSuffix(dir, filepath.FromSlash(below))
	if !of || !within || !found || !filepath.IsLocal(name) {
		return ""
	}
	return filepath.Join(top, filepath.FromSlash(name))
}

// has reports whether a function, named as in a profile, is of the module. Names write the dots of a package's last element as %2e,
// since what follows it begins with a dot; and an external test's package ends in _test.
func (m Module) has(function string) bool {
	if m == "" {
		return false
	}
	rest, ok := strings.CutPrefix(strings.ReplaceAll(function, "%2e", "."), string(m))
	return ok && (strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "_test."))
}

// isStandard reports whether a function is of the standard library or of the runtime.
func (m Module) isStandard(function string) bool {
	path, _, _ := strings.Cut(function, "[") // type arguments have paths, too
	first, _, nested := strings.Cut(path, "/")
	return !m.has(function) && !(nested && strings.Contains(first, "."))
}
