package regress

import (
	"fmt"
	"slices"
)

// What is heeded where a server is measured by itself, beside the load, and by a merge.
var (
	recordingHeeds = []option{baselineOption, candidateOption, benchOption, timeoutOption, envOption}
	mergeHeeds     = []option{inOption, policyOption, historyOption, outOption}
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
	butFor := func(heeded []option) string {
		return typed(slices.DeleteFunc(slices.Clone(options), func(o option) bool { return slices.Contains(heeded, o) })...)
	}
	switch {
	case s.records():
		if flag := butFor(recordingHeeds); flag != "" {
			return fmt.Errorf("%s is not heeded where a server is measured by itself (-baseline=none): leave it out", flag)
		}
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
		if flag := butFor(mergeHeeds); flag != "" {
			return fmt.Errorf("%s is not heeded by a merge (-in), which is of what shards have measured: leave it out", flag)
		}
		return nil
	}
	if flag := typed(costsOption); flag != "" && s.shard.IsZero() {
		return fmt.Errorf("%s is for -shard: leave it out", flag)
	}
	return nil
}
