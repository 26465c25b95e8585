package readme

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPagesAreAllOfDocs(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	for _, file := range files {
		assert.Contains(t, pages, "docs/"+filepath.Base(file))
	}
	for _, page := range pages {
		assert.FileExists(t, filepath.Join("..", "..", page))
	}
}

// The list of pages has each page of docs once.
func TestTheListHasEveryPage(t *testing.T) {
	links := read(t, "docs/README.md").Links()
	for _, name := range pages {
		if folder, page := path.Split(name); folder == "docs/" && page != "README.md" {
			times := 0
			for _, link := range links {
				if link == page {
					times++
				}
			}
			assert.Equal(t, 1, times, "docs/README.md links to %s", page)
		}
	}
	assert.Contains(t, read(t, "README.md").Links(), "docs/README.md")
}

// mostOfReadme is how many bytes README.md may have: people read so much.
const mostOfReadme = 9000

func TestReadmeIsShort(t *testing.T) {
	info, err := os.Stat(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), int64(mostOfReadme), "move text to a page in docs")
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	seen := 0
	for _, name := range pages {
		for _, link := range read(t, name).Links() {
			if strings.Contains(link, "://") {
				continue
			}
			seen++
			file, anchor, _ := strings.Cut(link, "#")
			to := name
			if file != "" {
				to = path.Join(path.Dir(name), file)
				_, err := os.Stat(filepath.Join(root, to))
				assert.NoError(t, err, "%s links to %s", name, link)
			}
			if anchor != "" {
				assert.Contains(t, headings(read(t, to)), anchor, "%s links to %s", name, link)
			}
		}
	}
	assert.Greater(t, seen, 10, "no links were found to check")
}

// headings are a page's, as GitHub makes anchors of them.
func headings(p Page) (anchors []string) {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(p.Prose, -1) {
		anchors = append(anchors, strings.ReplaceAll(strings.ToLower(m[1]), " ", "-"))
	}
	return anchors
}
