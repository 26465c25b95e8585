package report

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"image"
	"image/color/palette"
	"image/draw"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// update has TestPictureOfARedGateInABrowser write the picture of docs/report.md, and what it is of.
var update = flag.Bool("update", false, "write docs/report.png and testdata/picture.golden")

// gatePage opens the page in the file named by TAILGATE_PAGE, as a gate has left it, with its charts drawn and its tables of
// metrics folded.
func gatePage(t *testing.T, width int64) *browser {
	t.Helper()
	file := os.Getenv("TAILGATE_PAGE")
	if file == "" {
		t.Skip("set TAILGATE_PAGE to a report.html")
	}
	b := openFile(t, startBrowser(t), file, width, false)
	b.drawAll()
	b.do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("details.measured")) d.open = false`))
	return b
}

// TestPageOfAGateInABrowser keeps pictures of a gate's page, for a person to look at.
func TestPageOfAGateInABrowser(t *testing.T) {
	for name, width := range map[string]int64{"gate": 1280, "gate-phone": 390} {
		gatePage(t, width).screenshot(name)
	}
}

// What a picture of docs may have.
const (
	mostOfPicture  = 200_000 // bytes
	leastOfPicture = 20_000  // bytes: less shows nothing
	pictureWidth   = 1280
)

// TestPictureOfARedGateInABrowser takes the picture of docs/report.md from the page of a gate that found a slowdown: its top, which
// names the function that grew. With -update it writes docs/report.png and testdata/picture.golden. This code has to have made the
// page.
func TestPictureOfARedGateInABrowser(t *testing.T) {
	b := gatePage(t, pictureWidth)
	if !value[bool](b, `!!document.querySelector("header.fail")`) {
		t.Skip("the gate of TAILGATE_PAGE passed")
	}
	said := value[string](b, `document.querySelector("header").textContent`)
	require.Regexp(t, `The function that grew most is \S+ \(\w+\.go:\d+\)`, said)
	rules := value[string](b, `document.querySelector("meta[http-equiv=Content-Security-Policy]").content`)
	require.Equal(t, newPageCode().Rules, rules, "the page has another style or script than this code: make the gate anew")
	taken, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(t, err)
	shown, err := png.Decode(bytes.NewReader(taken))
	require.NoError(t, err)
	small := image.NewPaletted(shown.Bounds(), palette.Plan9) // a third of the bytes
	draw.Draw(small, small.Rect, shown, image.Point{}, draw.Src)
	var picture bytes.Buffer
	require.NoError(t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&picture, small))
	isPicture(t, picture.Bytes())
	if *update && !t.Failed() {
		require.NoError(t, os.WriteFile("../../docs/report.png", picture.Bytes(), 0o644))
		require.NoError(t, os.WriteFile("testdata/picture.golden", pictured(t), 0o644))
	}
}

// The picture of docs/report.md is one that such a test has taken, of a page as it is made today.
func TestPictureOfTheDocs(t *testing.T) {
	picture, err := os.ReadFile("../../docs/report.png")
	require.NoError(t, err)
	isPicture(t, picture)
	if golden(t, "picture.golden", pictured(t)); t.Failed() {
		t.Log("docs/report.png may be of another page than today's: make it anew, as docs/development.md says")
	}
}

// pictured is what a picture depends on, but for figures and names: the style, and the top of the page of a document that stands
// for the gate's. It changes with the template and with each sentence there.
func pictured(t *testing.T) []byte {
	t.Helper()
	d := documents["duet"]()
	d.Planted, d.Causes = "20%", documents["causes"]().Causes[:1]
	page := pageOf(t, d)
	from, to := strings.Index(page, "<header"), strings.Index(page, `<div class="charts">`)
	require.True(t, 0 < from && from < to, "the page has no header or no charts")
	require.Contains(t, page[from:to], "The function that grew most is ")
	return fmt.Appendf(nil, "page.css: SHA-256 %x\n%s\n", sha256.Sum256([]byte(pageCSS)), strings.TrimSpace(page[from:to]))
}

// isPicture asserts that it is a PNG of a size that docs may have.
func isPicture(t *testing.T, picture []byte) {
	t.Helper()
	config, err := png.DecodeConfig(bytes.NewReader(picture))
	require.NoError(t, err)
	assert.Equal(t, pictureWidth, config.Width)
	assert.InDelta(t, 1200, config.Height, 200)
	assert.Less(t, len(picture), mostOfPicture)
	assert.Greater(t, len(picture), leastOfPicture)
}
