package source

import (
	"cmp"
	"path"
	"regexp"
	"strings"
)

// release is the tag of a release, without its prefix: a version of three numbers, and no pre-release (Semantic Versioning 2.0.0).
var release = regexp.MustCompile(`^v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$`)

// newest is the tag of the highest version among those that begin with prefix; empty when none is a release.
func newest(prefix string, tags []string) string {
	var best []string
	tag := ""
	for _, t := range tags {
		version, ok := strings.CutPrefix(t, prefix)
		numbers := release.FindStringSubmatch(version)
		if !ok || numbers == nil {
			continue
		}
		if tag == "" || compareNumbers(numbers[1:], best) > 0 {
			best, tag = numbers[1:], t
		}
	}
	return tag
}

// compareNumbers compares numbers of any size, written in decimal without zeros before them.
func compareNumbers(a, b []string) int {
	for i := range a {
		if c := cmp.Or(cmp.Compare(len(a[i]), len(b[i])), cmp.Compare(a[i], b[i])); c != 0 {
			return c
		}
	}
	return 0
}

// majorFolder is the folder of a major version (Go modules, "Mapping versions to commits").
var majorFolder = regexp.MustCompile(`^v[1-9][0-9]*$`)

// tagPrefix is what the release tags of the module in that folder, from the top of the repository, begin with: "infer/" of
// infer and of infer/v2.
func tagPrefix(folder string) string {
	if majorFolder.MatchString(path.Base(folder)) {
		folder = path.Dir(folder)
	}
	if folder == "." {
		return ""
	}
	return folder + "/"
}

// shortRef is a ref without what only git needs.
func shortRef(ref string) string { return strings.TrimPrefix(ref, "refs/tags/") }
