//go:build linux

package adoption

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shadow puts before a command one that dies of SIGKILL where its arguments hold a text.
func (f *faulty) shadow(command, when string) {
	real, err := exec.LookPath(command)
	require.NoError(f.t, err)
	bin := f.t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\ncase \"$*\" in *'%s'*) kill -s KILL $$ ;; esac\nexec '%s' \"$@\"\n", when, real)
	require.NoError(f.t, os.WriteFile(filepath.Join(bin, command), []byte(script), 0o755))
	f.start("PATH=" + bin + ":" + os.Getenv("PATH"))
}

// withoutGit is a PATH with all that is needed but git.
func (f *faulty) withoutGit() string {
	bin := f.t.TempDir()
	for _, command := range []string{"sh", "sleep", "rm", "find", "rmdir", "chmod", "go"} {
		path, err := exec.LookPath(command)
		require.NoError(f.t, err)
		require.NoError(f.t, os.Symlink(path, filepath.Join(bin, command)))
	}
	return bin
}

// remove removes a part of the gate's scratch.
func (f *faulty) remove(part string) {
	found, err := filepath.Glob(filepath.Join(f.temp, "tailgate-scratch-*", part))
	require.NoError(f.t, err)
	require.NotEmpty(f.t, found)
	for _, path := range found {
		require.NoError(f.t, os.RemoveAll(path))
	}
}

// mounts is the beginning of a command in a namespace where it may mount.
func (f *faulty) mounts() []string {
	unshare, err := exec.LookPath("unshare")
	if err != nil {
		f.t.Skip("unshare is not on the PATH")
	}
	for _, flags := range []string{"-m", "-rm"} {
		if exec.Command(unshare, flags, "sh", "-c", "mount -t tmpfs none /mnt").Run() == nil {
			return []string{unshare, flags}
		}
	}
	f.t.Skip("nothing may be mounted here")
	return nil
}

func (f *faulty) readOnly() {
	namespace := f.mounts()
	require.NoError(f.t, os.MkdirAll(f.out, 0o755))
	f.through(fmt.Sprintf("mount -t tmpfs -o ro none '%s'", f.out), namespace...)
}

func (f *faulty) full(dir, size string) {
	namespace := f.mounts()
	require.NoError(f.t, os.MkdirAll(dir, 0o755))
	f.through(fmt.Sprintf("mount -t tmpfs -o size=%s none '%s'", size, dir), namespace...)
}

func (f *faulty) limited(command string) { f.through(command) }

// withoutProcesses lets the gate have no more processes and threads than it has itself. Limits of a user do not hold for root,
// those of a group do.
func (f *faulty) withoutProcesses() {
	if os.Geteuid() != 0 {
		f.limited("ulimit -u 1")
		return
	}
	for _, controller := range []string{"/sys/fs/cgroup/pids", "/sys/fs/cgroup"} {
		group := filepath.Join(controller, fmt.Sprintf("tailgate-%d", f.random.Uint32()))
		if os.Mkdir(group, 0o755) != nil {
			continue
		}
		f.t.Cleanup(func() { assert.NoError(f.t, os.Remove(group)) })
		if os.WriteFile(filepath.Join(group, "pids.max"), []byte(strconv.Itoa(22+f.random.IntN(6))), 0o644) == nil {
			f.limited("echo $$ >'" + group + "/cgroup.procs' || exit 77")
			return
		}
	}
	f.t.Skip("processes cannot be limited here")
}
