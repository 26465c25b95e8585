// Package few shows the first of many, and says how many more there are.
package few

import (
	"fmt"
	"slices"
	"strings"
)

// First is the items or, if there are more than most, the first of them and then "and 3 more steps". what is the plural of an
// item, by an s; it may be empty.
func First(items []string, most int, what string) []string {
	if len(items) <= most {
		return items
	}
	return append(slices.Clone(items[:most]), More(len(items)-most, what))
}

// More says how many more there are: "and 3 more steps", "and 1 more step", or "and 3 more".
func More(left int, what string) string {
	if left == 1 {
		what = strings.TrimSuffix(what, "s")
	}
	return strings.TrimSuffix(fmt.Sprintf("and %d more %s", left, what), " ")
}

// Names joins the first of so many names: "a, b and 3 more".
func Names(first []string, all int) string {
	text := strings.Join(first, ", ")
	if left := all - len(first); left > 0 {
		text += " " + More(left, "")
	}
	return text
}

// Of is Names of at most most of the names.
func Of(names []string, most int) string { return Names(names[:min(len(names), most)], len(names)) }
