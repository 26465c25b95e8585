package measure

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/tailgate-go/tailgate/internal/testbin"
	"github.com/tailgate-go/tailgate/policy"
)

// layouts is how many links of each side take turns from launch to launch where limits are narrow: two links of the same code
// differ in speed by where its functions happen to lie (Mytkowicz, Diwan, Hauswirth and Sweeney 2009; Curtsinger and Berger 2013).
// Of the shipped workloads the median of a loop that is a hundredth of BenchmarkMLPTiny came out 19 % slower in five links
// of eight, where it began at an odd multiple of 32 bytes, and 8 copies of one link agreed to 2 %; of the whole request,
// most of it in large products, nothing was seen beyond the 2 % that could be. A link takes about a second, so it is not done where
// the limit is 3 % or more.
const layouts = 8

// relink links the package's binaries of both sides anew, each time with the functions in another order. Binaries that are
// identical have nothing to gain.
func (m *measurement) relink(ctx context.Context) error {
	path := m.pair.Package()
	if !m.inDuet || !m.narrow() {
		return nil
	}
	if m.gate.sides[baselineSide].bins[path].SHA256 == m.gate.sides[candidateSide].bins[path].SHA256 {
		return nil
	}
	for _, s := range m.gate.sides {
		if len(s.layouts[path]) > 0 {
			continue
		}
		m.gate.order.Display.Say("%s: linking %s in %d orders", s.name, path, layouts)
		links, err := relink(ctx, s.bins[path])
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		s.layouts[path] = links
	}
	m.gate.note(fmt.Sprintf("%s is judged by limits under %d %%: its launches take turns with %d links of each side, "+
		"whose functions lie in other orders (-randlayout=1 to %d)", m.pair.Name(), fine, layouts, layouts))
	return nil
}

// narrow reports whether a time is judged by a limit so narrow that the layout of a link matters.
func (m *measurement) narrow() bool {
	return m.judges(func(r policy.Rule) bool {
		return r.MaxRegressionPercent < fine && (r.IsTime() || strings.HasSuffix(r.Metric, "/s"))
	})
}

// relink links two at a time: the linker has much to do alone.
func relink(ctx context.Context, bin *testbin.Binary) ([]*testbin.Binary, error) {
	var (
		links   [layouts]*testbin.Binary
		errs    [layouts]error
		workers sync.WaitGroup
	)
	for worker := range 2 {
		workers.Go(func() {
			for i := worker; i < layouts; i += 2 {
				links[i], errs[i] = bin.Relink(ctx, int64(i+1))
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return links[:], nil
}

// bin is the binary of side i for the launch that is next.
func (m *measurement) bin(i int) *testbin.Binary {
	if links := m.gate.sides[i].layouts[m.pair.Package()]; len(links) > 0 && m.narrow() {
		return links[m.launches%len(links)]
	}
	return m.gate.sides[i].bins[m.pair.Package()]
}
