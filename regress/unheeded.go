package regress

import (
	"fmt"
	"slices"
)

// unheeded refuses a flag that was typed and that what is asked for does not heed. Variables may be set for all that a job does.
func (a arguments) unheeded(s settings) error {
	typed := func(options ...option) string {
		for _, o := range options {
			if a.set(o) != "" {
				return "-" + o.name
			}
		}
		return ""
	}
	switch {
	case s.program != nil && s.baseline.Value == none:
		return nil
	case s.good.Value != "":
		if flag := typed(baselineOption, candidateOption, anchorOption, injectOption, expectOption, historyOption, shardOption,
			costsOption, inOption); flag != "" {
			return fmt.Errorf("%s is not heeded by a search (%s): leave it out", flag, s.good.Source)
		}
		return nil
	}
	if flag := typed(badOption, metricOption); flag != "" {
		return fmt.Errorf("%s is for -good: leave it out", flag)
	}
	if s.in != "" {
		others := slices.DeleteFunc(slices.Clone(options), func(o option) bool { return slices.Contains(merges, o) })
		if flag := typed(others...); flag != "" {
			return fmt.Errorf("%s is not heeded by a merge (-in), which is of what shards have measured: leave it out", flag)
		}
		return nil
	}
	if flag := typed(costsOption); flag != "" && s.shard.IsZero() {
		return fmt.Errorf("%s is for -shard: leave it out", flag)
	}
	return nil
}
