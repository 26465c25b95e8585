// Package testbin builds the test binaries of a package at two commits and runs them, and leaves nothing behind.
//
//	scratch, err := testbin.NewScratch()
//	defer scratch.Close()
//	repo, err := testbin.Open(ctx, ".")
//	commit, err := repo.Resolve(ctx, "origin/main")
//	tree, err := scratch.Worktree(ctx, repo, commit)
//	dir, err := tree.Locate("./infer")
//	baseline, err := scratch.Build(ctx, dir)
//	candidate, err := scratch.Build(ctx, "./infer")
//	output, err := candidate.Run(ctx, testbin.RunOptions{Args: []string{"-test.run=^$", "-test.bench=."}})
//
// A scratch is everything that a gate leaves on the machine while it runs: a temporary folder, git worktrees in it, and child
// processes with whatever they start themselves. It is crash-only: on unix one path cleans up whether the gate calls
// Close, panics, is interrupted, or is killed with SIGKILL.
//
//	gate ──lifeline──> one group leader per child ──(last one out)──> watchdog
//
// The watchdog is a small shell that waits until a pipe ends. The gate holds the pipe, and so does each group leader,
// a smaller shell whose process group the child joins. When the gate ends, the lifeline ends; each leader
// then ends its group, itself included; and when the last holder of the watchdog's pipe is gone, nothing writes to the folder any
// more and the watchdog removes it and the worktrees. If the power goes and the watchdog with it, the next scratch
// finds a folder that nobody holds locked and runs the same script on it.
//
// A child may leave its process group (setsid, daemon(3)). Its deadline ends it wherever it is. What else has left the group is
// found, on Linux, by the folder for temporary files in its environment, which all that it starts inherits: it ends with the child,
// and the watchdog ends it when the gate is killed.
//
// What gets away: what has left its group and has another environment, or belongs to another user; on other unix systems all that
// has left its group, but for the child at its deadline. On other systems than unix only Close cleans up.
package testbin
