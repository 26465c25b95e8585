// Package history keeps what gates found along commits, and puts it in the order of the commits.
//
// A report is one file in a folder, named for its time, its commit and its sum, and written as a whole: jobs that write to one
// folder at the same time, and branches that are merged, have files of different names. A file that is no report, or was changed,
// is named and left out.
//
// What is kept are changes: each report compared a candidate with a baseline, in turn, on one machine. Where the baseline of a
// report is the candidate of an earlier one, their changes make a chain, and the product of its ratios is the change since its
// beginning. Where it is not, there is a gap, and the product begins anew. Medians of different days are never compared.
package history
