package gateway

import (
	"errors"
	"math/rand/v2"
	"slices"
)

var (
	errUnknownModel = errors.New("no such model")
	errNoReplica    = errors.New("no replica is up")
	errSaturated    = errors.New("every replica is busy")
)

// view is one replica as a pick for one request sees it. Its zero value is a replica that is down.
type view struct {
	up       bool
	fresh    bool // its metrics are not too old
	full     bool // it refused a request with 429 since they were read
	waiting  int  // requests, by its metrics
	recent   int  // sent by this gateway since its metrics were read, and not answered
	inFlight int  // sent by this gateway, and not answered
	kv       float64
	lora     affinity
}

// affinity is what a replica has of the adapter that a request is for.
type affinity int

const (
	noSlot  affinity = iota // neither it nor room for it; every replica, for a base model
	queued                  // requests for it wait there
	hasSlot                 // room for one more adapter
	active                  // it runs there
)

// queue is how many wait, as far as can be known.
func (v view) queue() int { return v.waiting + v.recent }

// depth is how many wait for sure: what was sent to a replica where nobody waited may have found a place.
func (v view) depth() int {
	if v.waiting == 0 {
		return 0
	}
	return v.queue()
}

// admits tells whether a replica that is up has room for a request of a class. What is admitted in a class is admitted in those
// above.
func (c *Config) admits(v view, class Criticality) bool {
	switch class {
	case Critical:
		return true
	case Sheddable:
		return v.fresh && !v.full && v.depth() <= c.ShedQueue && v.kv <= c.ShedKV
	default:
		return !v.full && v.depth() <= c.LoRAQueue
	}
}

// pick chooses a replica of views for a request of a class, for an adapter or not. It is a function of its arguments and of what
// chance says next. The error is errNoReplica or errSaturated. Scratch is used for the choice, and grows to len(views).
func (c *Config) pick(views []view, class Criticality, adapter bool, chance *rand.Rand, scratch *[]int) (int, error) {
	left := (*scratch)[:0]
	for i, v := range views {
		if v.up {
			left = append(left, i)
		}
	}
	*scratch = left
	if len(left) == 0 {
		return 0, errNoReplica
	}
	left = slices.DeleteFunc(left, func(i int) bool { return !c.admits(views[i], class) })
	if len(left) == 0 {
		return 0, errSaturated
	}
	left = prefer(left, func(i int) bool { return !views[i].full })
	left = prefer(left, func(i int) bool { return views[i].fresh })
	if adapter {
		left = c.near(views, left, chance)
	}
	return c.best(views, left, adapter, chance), nil
}

// prefer keeps those of which is says so, or all if it says so of none.
func prefer(left []int, is func(i int) bool) []int {
	if !slices.ContainsFunc(left, is) {
		return left
	}
	return slices.DeleteFunc(left, func(i int) bool { return !is(i) })
}

// near keeps the replicas that a request for an adapter should go to: those that have it, or with a small chance those with a slot,
// as long as their queues are not too long.
func (c *Config) near(views []view, left []int, chance *rand.Rand) []int {
	left = prefer(left, func(i int) bool { return views[i].queue() <= c.LoRAQueue })
	if views[left[0]].queue() > c.LoRAQueue {
		return left // all are too long, and the shortest matters more
	}
	has := func(i int) bool { return views[i].lora == active || views[i].lora == queued }
	room := func(i int) bool { return views[i].lora == hasSlot }
	if slices.ContainsFunc(left, has) && slices.ContainsFunc(left, room) && chance.Float64() < c.Spread {
		return prefer(left, room)
	}
	if slices.ContainsFunc(left, has) {
		return prefer(left, has)
	}
	return prefer(left, room)
}

// best is one of those with the highest score.
func (c *Config) best(views []view, left []int, adapter bool, chance *rand.Rand) int {
	least, most := views[left[0]].length(), views[left[0]].length()
	for _, i := range left {
		least, most = min(least, views[i].length()), max(most, views[i].length())
	}
	var best, ties int
	var highest float64
	for _, i := range left {
		score := c.score(views[i], least, most, adapter)
		switch {
		case ties == 0 || score > highest:
			best, highest, ties = i, score, 1
		case score == highest:
			if ties++; chance.IntN(ties) == 0 {
				best = i
			}
		}
	}
	return best
}

// length is the queue that a score goes by. Without fresh metrics all that is known is what this gateway has sent.
func (v view) length() int {
	if v.fresh {
		return v.queue()
	}
	return v.inFlight
}

// score is the weighted sum of the scores, each 0-1; see the package's comment.
func (c *Config) score(v view, least, most int, adapter bool) float64 {
	queue := 1.0
	if most > least {
		queue = float64(most-v.length()) / float64(most-least)
	}
	sum := c.Weights.Queue * queue
	if v.fresh {
		sum += c.Weights.KV * (1 - v.kv)
	}
	if adapter {
		sum += c.Weights.LoRA * loraScores[v.lora]
	}
	return sum
}

var loraScores = [...]float64{noSlot: 0, queued: 0.6, hasSlot: 0.8, active: 1}
