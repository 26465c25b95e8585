package adoption

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/modtest"
	"github.com/tailgate-go/tailgate/internal/readme"
)

// What the page shows is what memory.txtar runs.
func TestThePolicyOfThePageOnMemoryIsTheScripts(t *testing.T) {
	page, err := readme.Read(modtest.Root(t), "docs/memory.md")
	require.NoError(t, err)
	shown, err := page.Block("json", `"peak-rss-B"`)
	require.NoError(t, err)
	script, err := txtar.ParseFile(filepath.Join("testdata", "script", "memory.txtar"))
	require.NoError(t, err)
	for _, file := range script.Files {
		if file.Name == "memory.json" {
			assert.Equal(t, shown.Text, string(file.Data))
			return
		}
	}
	assert.Fail(t, "the script has no memory.json")
}
