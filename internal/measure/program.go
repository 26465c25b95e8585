package measure

import (
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// Program is a program whose benchmarks measure servers. It takes the place of the packages' test binaries.
type Program struct {
	Path    string
	Package string   // that its benchmarks are of, as it prints
	Env     []string // with which it runs them
}

// program makes the program the binary of both sides, which differ by the server that it is told.
func (g *gate) program() error {
	p := g.order.Program
	bin, err := g.scratch.Program(p.Path, g.order.Dir)
	if err != nil {
		return err
	}
	for _, s := range g.sides {
		s.bins, s.links, s.looked = map[string]*testbin.Binary{p.Package: bin}, map[string]*links{}, map[string]looked{}
		s.env = append(s.env, p.Env...)
	}
	return nil
}
