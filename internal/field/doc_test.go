// Package field gates other people's code as it is: regressions that they made and mended, improvements, commits that change no
// code, and slowdowns that are planted. It says how often the gate, and benchstat on the same revisions, are wrong. docs/field.md
// has the table, and how to make it.
package field
