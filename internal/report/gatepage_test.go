package report

import (
	"bytes"
	"flag"
	"image"
	"image/color/palette"
	"image/draw"
	"image/png"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// update has TestPictureOfARedGateInABrowser write the picture of docs/report.md.
var update = flag.Bool("update", false, "write docs/report.png")

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
// names the function that grew. With -update it writes docs/report.png.
func TestPictureOfARedGateInABrowser(t *testing.T) {
	b := gatePage(t, pictureWidth)
	if !value[bool](b, `!!document.querySelector("header.fail")`) {
		t.Skip("the gate of TAILGATE_PAGE passed")
	}
	said := value[string](b, `document.querySelector("header").textContent`)
	require.Regexp(t, `The function that grew most is \S+ \(\w+\.go:\d+\)`, said)
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
	}
}

// The picture of docs/report.md is one that such a test has taken.
func TestPictureOfTheDocs(t *testing.T) {
	picture, err := os.ReadFile("../../docs/report.png")
	require.NoError(t, err)
	isPicture(t, picture)
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
