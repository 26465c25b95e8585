// Package testsource tells whether a benchmark is written alike in two versions of a package: the benchmark's function and all that
// it reaches by name in the package's test files. What it measures, the code that is no test, is not looked at.
//
// Names are taken for whatever bears them, in either of a folder's two test packages, in files for any system: a benchmark may be
// said to differ that does not, and never the other way about. Comments and white space make no difference, directives do.
package testsource

import (
	"fmt"
	"slices"
)

// Differs is the name of the first declaration that is not the same in the test files of both folders, of those that the function
// reaches, with init functions and TestMain, which run before any benchmark; empty if all are the same.
func Differs(baseline, candidate, function string) (name string, err error) {
	var sides [2]declarations
	for i, dir := range []string{baseline, candidate} {
		if sides[i], err = read(dir); err != nil {
			return "", err
		}
		if sides[i][function] == nil {
			return "", fmt.Errorf("%s: no test file has %s", dir, function)
		}
	}
	// What is the same on both sides reaches the same names.
	names, seen := append([]string{function}, always...), map[string]bool{}
	for _, name := range names {
		seen[name] = true
	}
	for i := 0; i < len(names); i++ {
		b, c := sides[0][names[i]], sides[1][names[i]]
		if !slices.EqualFunc(b, c, func(b, c declaration) bool { return b.text == c.text }) {
			return spoken(names[i]), nil
		}
		for _, d := range b {
			for _, used := range d.uses {
				if !seen[used] {
					names, seen[used] = append(names, used), true
				}
			}
		}
	}
	return "", nil
}

// always are the names of what a test binary runs whatever benchmark it runs: functions, variables without a name or whose
// initializer calls something, and packages that are imported for their effect.
var always = []string{"TestMain", "init", "_", imported}

// imported stands for imports without a name of their own; no declaration has it.
const imported = "import _"

// spoken is how a name is told.
func spoken(name string) string {
	if name == "_" {
		return "a package variable"
	}
	return name
}
