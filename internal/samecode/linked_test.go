package samecode_test

import (
	"debug/elf"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/samecode"
)

// What the linker put into a binary is what is compared: of each function with more than one definition the same one.
func TestLinkedCodeIsWhatIsCompared(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads ELF")
	}
	dir := "../testbin" // a test of some size
	packages := list(t, dir)
	binary := filepath.Join(t.TempDir(), "linked.test")
	cmd := exec.Command("go", "test", "-c", "-trimpath", "-buildvcs=false", "-vet=off", "-ldflags=-w", "-o", binary, ".")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	file, err := elf.Open(binary)
	require.NoError(t, err)
	defer file.Close()
	text := file.Section(".text")
	code, err := text.Data()
	require.NoError(t, err)
	symbols, err := file.Symbols()
	require.NoError(t, err)
	linked := map[string]elf.Symbol{}
	for _, s := range symbols {
		linked[s.Name] = s
	}
	compared := 0
	require.NoError(t, samecode.Code(packages, func(name string, code1 []byte, size uint32, holes map[int]bool) {
		s, ok := linked[name]
		if !ok || size == 0 || s.Value < text.Addr {
			return // dead
		}
		compared++
		if !assert.Equal(t, uint64(size), s.Size, name) {
			return
		}
		for i, b := range code1 {
			if !holes[i] && code[s.Value-text.Addr+uint64(i)] != b {
				assert.Fail(t, "other code was linked", "%s+%d", name, i)
				return
			}
		}
	}))
	assert.Greater(t, compared, 3000)
	t.Log(compared)
}
