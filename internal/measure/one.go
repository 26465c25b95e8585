package measure

import (
	"fmt"
	"strings"

	"github.com/tailgate-go/tailgate/internal/few"
)

// one demands that a rule speaks of one metric of one benchmark at most. The error lists what there is.
func (g *gate) one() error {
	pairs := g.pairs()
	var all []string
	hint := ""
	for _, pair := range pairs {
		for _, rule := range pair.Rules() {
			if hint == "" {
				hint = fmt.Sprintf("-regress.bench='%s' -regress.metric=%s", pattern(pair.Name()), rule.Unit())
			}
			all = append(all, fmt.Sprintf("%s of %s in %s", rule.Unit(), pair.Name(), pair.Package()))
		}
	}
	if len(all) < 2 {
		return nil
	}
	return fmt.Errorf("one metric of one benchmark is to be judged, and the rules speak of %d: name one, as with %s:\n\t%s",
		len(all), hint, strings.Join(few.First(all, 20, ""), "\n\t"))
}
