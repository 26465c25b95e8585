package report

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// browser is a tab of a real browser, and what it complained of.
type browser struct {
	t          *testing.T
	ctx        context.Context
	mu         sync.Mutex
	complaints []string
	foreign    []string // addresses that the page asked for, beside itself
}

// startBrowser starts Debian's chromium. Where there is none the test is skipped, but not in CI, which is to install it.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time: not under -short")
	}
	path, err := exec.LookPath("chromium")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal("there is no chromium here, and this is CI: apt-get install chromium")
	}
	if err != nil {
		t.Skip("there is no chromium here: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()), chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("force-color-profile", "srgb"))
	if os.Getuid() == 0 || os.Getenv("CI") == "true" { // where the sandbox does not start, or may not
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...) // the test's own ends before its clean-up
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil { // waits until it is gone
			t.Log(err)
		}
		cancel()
	})
	require.NoError(t, chromedp.Do(ctx))
	return ctx
}

// openPage shows d's page in a tab of its own, on a screen of that width.
func openPage(t *testing.T, ctx context.Context, d Document, width int64, dark bool) *browser {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(file, []byte(pageOf(t, d)), 0o644))
	return openFile(t, ctx, file, width, dark)
}

func openFile(t *testing.T, ctx context.Context, file string, width int64, dark bool) *browser {
	t.Helper()
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	address := (&url.URL{Scheme: "file", Path: file}).String()
	require.NoError(t, chromedp.Listen(ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			b.complaints = append(b.complaints, e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			b.complaints = append(b.complaints, "console."+string(e.Type))
		case *log.EventEntryAdded:
			b.complaints = append(b.complaints, e.Entry.Text)
		case *network.EventRequestWillBeSent:
			page, _, _ := strings.Cut(e.Request.URL, "#")
			if page != address && !strings.HasPrefix(e.Request.URL, "data:") {
				b.foreign = append(b.foreign, e.Request.URL)
			}
		}
	}))
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	for _, err := range []error{
		call(ctx, log.Enable, cdp.Empty{}), call(ctx, network.Enable, network.EnableParams{}), call(ctx, runtime.Enable, cdp.Empty{}),
		call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		}),
	} {
		require.NoError(t, err)
	}
	b.do(chromedp.EmulateViewport(width, 1200), chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS("footer")))
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		assert.Empty(t, b.complaints, "the browser complains")
		assert.Empty(t, b.foreign, "the page is to need nothing else")
	})
	return b
}

// do takes steps, each within a minute.
func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	require.NoError(b.t, chromedp.Do(ctx, steps...))
}

func call[P, R any](ctx context.Context, command cdp.Command[P, R], params P) error {
	_, err := chromedp.Call(ctx, command, params)
	return err
}

// value is what a JavaScript expression gives.
func value[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	require.NoError(b.t, err)
	return v
}

// fits fails the test if anything sticks out of a screen of that width.
func (b *browser) fits(width int64) {
	b.t.Helper()
	assert.Empty(b.t, value[[]string](b,
		`[...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > `+strconv.FormatInt(width, 10)+
			` && !e.closest(".scroll")).map(e => e.outerHTML.slice(0, 100))`), "sticks out")
}

// screenshot keeps a picture of the whole page for a person to look at: in the folder named by TAILGATE_SCREENSHOTS, or among the
// test's artifacts (go test -artifacts).
func (b *browser) screenshot(name string) {
	b.t.Helper()
	b.keep(name, chromedp.FullScreenshot(100))
}

func (b *browser) keep(name string, take chromedp.Action[[]byte]) {
	b.t.Helper()
	dir := os.Getenv("TAILGATE_SCREENSHOTS")
	if dir == "" {
		dir = b.t.ArtifactDir()
	}
	picture, err := chromedp.Run(b.ctx, take)
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644))
}

// drawAll has every chart in view once, and waits until it is drawn.
func (b *browser) drawAll() {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("details")) d.open = true`),
		chromedp.Poll[chromedp.Void](`(() => { const left = [...document.querySelectorAll("figure[data-chart]")].find(f => !f.querySelector("canvas"));
			if (left) left.scrollIntoView({behavior: "instant"}); return !left })()`),
		chromedp.Evaluate[chromedp.Void](`scrollTo({top: 0, behavior: "instant"})`))
}
