package testbin

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// resting is the name of the file in memory by which gates know one that is at the lock. It goes with the process.
const resting = "tailgate-rests"

// Rest says until done is called that this process is a gate which waits, for the lock or before it, or has the lock: gates beside
// it wait for it at the lock, and not for the end of its process.
func Rest() (done func()) {
	fd, err := unix.MemfdCreate(resting, unix.MFD_CLOEXEC)
	if err != nil { // gates beside it wait for as long as they have patience
		return func() {}
	}
	return func() { _ = unix.Close(fd) }
}

// Beside counts the processes that the go command runs beside this test: other packages' tests, and what builds them, but no gates
// that rest. It is 0 for a process that no go command has started, and on other systems than Linux, where it is not known. Once
// takes 1 ms where 84 processes run.
func Beside() int {
	parent := os.Getppid()
	if filepath.Base(executable(parent)) != "go" {
		return 0
	}
	proc, err := os.Open("/proc")
	if err != nil {
		return 0
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1) // those that could be read
	count := 0
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err == nil && pid != os.Getpid() && parentOf(pid) == parent && isOfTests(executable(pid)) && !rests(pid) {
			count++
		}
	}
	return count
}

// isOfTests reports whether a go command starts such a program to build, vet or run tests.
func isOfTests(executable string) bool {
	return strings.HasSuffix(executable, ".test") || strings.Contains(executable, "/go-build") ||
		strings.Contains(executable, "/pkg/tool/")
}

// executable is the file that a process runs; empty of one that has ended or is not to be looked at.
func executable(pid int) string {
	name, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return strings.TrimSuffix(name, " (deleted)")
}

// parentOf is who started a process; 0 when it has ended.
func parentOf(pid int) int {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// 7 (any name) S 1 ...: the name may have blanks and parentheses.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(string(fields[1]))
	return parent
}

// rests reports whether the process has said that it is a gate at the lock.
func rests(pid int) bool {
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	descriptors, _ := os.ReadDir(folder) // none of a process that has ended
	for _, d := range descriptors {
		if file, err := os.Readlink(filepath.Join(folder, d.Name())); err == nil && strings.HasPrefix(file, "/memfd:"+resting) {
			return true
		}
	}
	return false
}
