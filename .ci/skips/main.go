// Command skips is go test, which also says what was skipped, and why: go run ./.ci/skips ARGUMENTS-OF-GO-TEST.
// A test that a machine cannot run, for want of a mount or a namespace, passes silently otherwise. In CI the list goes to the
// summary of the job, too.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
)

func main() {
	cmd := exec.Command("go", append([]string{"test", "-json"}, os.Args[1:]...)...)
	cmd.Stderr = os.Stderr
	events, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	r := run{verbose: slices.Contains(os.Args[1:], "-v")}
	err = r.read(events, os.Stdout)
	_, _ = io.Copy(io.Discard, events) // go test must be able to end
	if ended := cmd.Wait(); ended != nil || err != nil {
		fmt.Fprintln(os.Stderr, errors.Join(err, ended))
		defer os.Exit(1)
	}
	fmt.Print(r.skipped())
	if err := summarise(os.Getenv("GITHUB_STEP_SUMMARY"), r.skipped()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		defer os.Exit(1)
	}
}

// summarise appends the list to the summary of the job; there is none when file is "".
func summarise(file, list string) error {
	if file == "" || list == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "\n%s", list)
	return errors.Join(err, f.Close())
}
