package gateway

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func defaults(t require.TestingT) *Config {
	c, err := Config{Replicas: []string{"http://127.0.0.1:1"}}.withDefaults()
	require.NoError(t, err)
	return &c
}

func chance(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// ready is a replica with nothing to do.
func ready(change ...func(*view)) view {
	v := view{up: true, fresh: true}
	for _, c := range change {
		c(&v)
	}
	return v
}

func waiting(n int) func(*view)    { return func(v *view) { v.waiting = n } }
func recent(n int) func(*view)     { return func(v *view) { v.recent = n } }
func kv(share float64) func(*view) { return func(v *view) { v.kv = share } }
func lora(a affinity) func(*view)  { return func(v *view) { v.lora = a } }
func down(v *view)                 { v.up = false }
func full(v *view)                 { v.full = true }
func stale(v *view)                { v.fresh = false }
func inFlight(n int) func(*view)   { return func(v *view) { v.inFlight = n } }

func TestPick(t *testing.T) {
	for name, row := range map[string]struct {
		views   []view
		class   Criticality
		adapter bool
		want    int
		err     error
	}{
		"the shortest queue":                       {views: []view{ready(waiting(3)), ready(waiting(1)), ready(waiting(2))}, want: 1},
		"what was sent lately counts":              {views: []view{ready(recent(2)), ready(waiting(1))}, want: 1},
		"the emptiest cache of equal queues":       {views: []view{ready(kv(0.5)), ready(kv(0.4)), ready(kv(0.6))}, want: 1},
		"a shorter queue outweighs a fuller cache": {views: []view{ready(waiting(1)), ready(kv(0.9))}, want: 1},
		"a far fuller cache outweighs half the queue": {
			views: []view{ready(waiting(5), kv(0.95)), ready(waiting(6)), ready(waiting(10))}, want: 1,
		},
		"not one that is down":       {views: []view{ready(down), ready(waiting(90), kv(1))}, want: 1},
		"not one that is full":       {views: []view{ready(full), ready(waiting(90))}, want: 1},
		"not one with stale metrics": {views: []view{ready(stale), ready(waiting(90))}, want: 1},
		"all stale: the fewest in flight": {
			views: []view{ready(stale, inFlight(2)), ready(stale, inFlight(1), waiting(9))}, want: 1,
		},
		"all down":            {views: []view{ready(down), ready(down)}, err: errNoReplica},
		"all down, sheddable": {views: []view{ready(down)}, class: Sheddable, err: errNoReplica},
		"no replicas":         {err: errNoReplica},
		"all full":            {views: []view{ready(full)}, err: errSaturated},
		"all full, critical":  {views: []view{ready(full)}, class: Critical, want: 0},
		"exactly 5 waiting is room for sheddable": {views: []view{ready(waiting(5))}, class: Sheddable, want: 0},
		"6 waiting is none":                       {views: []view{ready(waiting(6))}, class: Sheddable, err: errSaturated},
		"5 waiting and 1 sent lately is none": {
			views: []view{ready(waiting(5), recent(1))}, class: Sheddable, err: errSaturated,
		},
		"nobody waiting and 9 sent lately is room": {views: []view{ready(recent(9))}, class: Sheddable, want: 0},
		"exactly 0.8 of the cache is room":         {views: []view{ready(kv(0.8))}, class: Sheddable, want: 0},
		"more than 0.8 of the cache is none":       {views: []view{ready(kv(0.8000001))}, class: Sheddable, err: errSaturated},
		"sheddable goes where room is, not affinity": {
			views: []view{ready(waiting(6), lora(active)), ready(waiting(1))}, class: Sheddable, adapter: true, want: 1,
		},
		"no fresh metrics are no room for sheddable": {views: []view{ready(stale)}, class: Sheddable, err: errSaturated},
		"exactly 128 waiting is room for standard":   {views: []view{ready(waiting(128), kv(1))}, want: 0},
		"129 waiting is none":                        {views: []view{ready(waiting(129))}, err: errSaturated},
		"129 waiting is room for critical": {
			views: []view{ready(waiting(130)), ready(waiting(129))}, class: Critical, want: 1,
		},
		"an adapter stays where it runs": {
			views: []view{ready(lora(hasSlot)), ready(lora(active), waiting(100), kv(0.9))}, adapter: true, want: 1,
		},
		"an adapter stays where it waits": {
			views: []view{ready(lora(hasSlot)), ready(lora(queued), waiting(100))}, adapter: true, want: 1,
		},
		"at exactly 128 waiting it stays": {
			views: []view{ready(lora(hasSlot)), ready(lora(active), waiting(128))}, adapter: true, want: 1,
		},
		"at 129 it goes to a free slot": {
			views: []view{ready(lora(hasSlot)), ready(lora(active), waiting(129))}, adapter: true, want: 0,
		},
		"at 129 a full set of slots is better": {
			views: []view{ready(lora(noSlot), waiting(7)), ready(lora(active), waiting(129))}, adapter: true, want: 0,
		},
		"of those that run it the shortest queue": {
			views: []view{ready(lora(active), waiting(3)), ready(lora(active)), ready(lora(hasSlot))}, adapter: true, want: 1,
		},
		"running beats waiting at equal load": {views: []view{ready(lora(queued)), ready(lora(active))}, adapter: true, want: 1},
		"a free slot beats none": {
			views: []view{ready(lora(noSlot)), ready(lora(hasSlot), waiting(50))}, adapter: true, want: 1,
		},
		"a base model does not care": {views: []view{ready(lora(active), waiting(1)), ready()}, want: 1},
		"all queues too long: shortest, adapter aside": {
			views: []view{ready(lora(active), waiting(900)), ready(waiting(130))}, class: Critical, adapter: true, want: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := defaults(t)
			c.Spread = -1
			for seed := range uint64(20) {
				var scratch []int
				got, err := c.pick(row.views, row.class, row.adapter, chance(seed), &scratch)
				require.ErrorIs(t, err, row.err)
				require.Equal(t, row.want, got, "seed %d", seed)
			}
		})
	}
}

func TestScoresAreThoseOfTheEndpointPicker(t *testing.T) {
	c := defaults(t)
	assert.InDelta(t, 2*0.75+2*0.4, c.score(ready(waiting(2), kv(0.6)), 0, 8, false), 1e-12)
	assert.InDelta(t, 2*1+2*0.4, c.score(ready(waiting(8), kv(0.6)), 8, 8, false), 1e-12, "equal queues score 1")
	for a, want := range map[affinity]float64{noSlot: 0, queued: 0.6, hasSlot: 0.8, active: 1} {
		assert.InDelta(t, 4+want, c.score(ready(lora(a)), 0, 0, true), 1e-12)
	}
	assert.InDelta(t, 2.0, c.score(ready(stale, kv(0.1)), 0, 0, false), 1e-12, "an old cache usage says nothing")
}

func TestABusyAdapterSpreadsNowAndThen(t *testing.T) {
	c := defaults(t)
	views := []view{ready(lora(active)), ready(lora(hasSlot))}
	random, spread := chance(1), 0
	var scratch []int
	const picks = 100_000
	for range picks {
		i, err := c.pick(views, Standard, true, random, &scratch)
		require.NoError(t, err)
		spread += i
	}
	assert.InDelta(t, 0.001*picks, spread, 50) // 5 standard deviations
}

func TestTiesAreEvenAndSeeded(t *testing.T) {
	c := defaults(t)
	views := []view{ready(), ready(down), ready(), ready()}
	run := func(seed uint64) (picks []int, counts [4]int) {
		random := chance(seed)
		var scratch []int
		for range 3000 {
			i, err := c.pick(views, Standard, false, random, &scratch)
			require.NoError(t, err)
			picks = append(picks, i)
			counts[i]++
		}
		return picks, counts
	}
	first, counts := run(7)
	again, _ := run(7)
	other, _ := run(8)
	assert.Equal(t, first, again)
	assert.NotEqual(t, first, other)
	assert.Zero(t, counts[1])
	for _, i := range []int{0, 2, 3} {
		assert.InDelta(t, 1000, counts[i], 130) // 5 standard deviations
	}
}

func anyView(t *rapid.T) view {
	return view{
		up: rapid.Bool().Draw(t, "up"), fresh: rapid.Bool().Draw(t, "fresh"), full: rapid.Bool().Draw(t, "full"),
		waiting:  rapid.OneOf(rapid.IntRange(0, 10), rapid.IntRange(0, 300)).Draw(t, "waiting"),
		recent:   rapid.IntRange(0, 10).Draw(t, "recent"),
		inFlight: rapid.IntRange(0, 20).Draw(t, "in flight"), kv: rapid.Float64Range(0, 1).Draw(t, "kv"),
		lora: affinity(rapid.IntRange(int(noSlot), int(active)).Draw(t, "lora")),
	}
}

var (
	anyViews = rapid.SliceOfN(rapid.Custom(anyView), 1, 6)
	anyClass = rapid.SampledFrom([]Criticality{Standard, Sheddable, Critical})
)

func TestPickIsNeverOneThatIsDown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		views, class := anyViews.Draw(t, "views"), anyClass.Draw(t, "class")
		var scratch []int
		i, err := defaults(t).pick(views, class, rapid.Bool().Draw(t, "adapter"), chance(rapid.Uint64().Draw(t, "seed")), &scratch)
		anyUp := false
		for _, v := range views {
			anyUp = anyUp || v.up
		}
		require.Equal(t, !anyUp, err == errNoReplica)
		if err == nil {
			require.True(t, views[i].up)
		}
	})
}

func TestACriticalModelIsNeverShedBeforeASheddableOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		views, adapter := anyViews.Draw(t, "views"), rapid.Bool().Draw(t, "adapter")
		c := defaults(t)
		c.ShedQueue = rapid.IntRange(1, c.LoRAQueue).Draw(t, "shed queue")
		c.ShedKV = rapid.Float64Range(0.01, 1).Draw(t, "shed kv")
		require.NoError(t, c.check())
		admitted := map[Criticality]bool{}
		for _, class := range []Criticality{Sheddable, Standard, Critical} {
			var scratch []int
			_, err := c.pick(views, class, adapter, chance(1), &scratch)
			admitted[class] = err == nil
		}
		require.False(t, admitted[Sheddable] && !admitted[Standard], "sheddable before standard")
		require.False(t, admitted[Standard] && !admitted[Critical], "standard before critical")
	})
}

// A replica that was not picked is not picked either when it is worse in any way.
func TestPickIsMonotone(t *testing.T) {
	worse := map[string]func(*rapid.T, *view){
		"queue":   func(t *rapid.T, v *view) { v.waiting += rapid.IntRange(1, 200).Draw(t, "more") },
		"recent":  func(t *rapid.T, v *view) { n := rapid.IntRange(1, 200).Draw(t, "more"); v.recent += n; v.inFlight += n },
		"kv":      func(t *rapid.T, v *view) { v.kv = rapid.Float64Range(v.kv, 1).Draw(t, "kv") },
		"adapter": func(_ *rapid.T, v *view) { v.lora = noSlot },
		"down":    func(_ *rapid.T, v *view) { v.up = false },
		"full":    func(_ *rapid.T, v *view) { v.full = true },
		"metrics": func(_ *rapid.T, v *view) { v.fresh = false },
	}
	for name, worsen := range worse {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				views, class, adapter := anyViews.Draw(t, "views"), anyClass.Draw(t, "class"), rapid.Bool().Draw(t, "adapter")
				seed := rapid.Uint64().Draw(t, "seed")
				c := defaults(t)
				var scratch []int
				before, err := c.pick(views, class, adapter, chance(seed), &scratch)
				if err != nil {
					before = -1
				}
				i := rapid.IntRange(0, len(views)-1).Draw(t, "which")
				if i == before {
					return
				}
				worsen(t, &views[i])
				after, err := c.pick(views, class, adapter, chance(seed), &scratch)
				if before < 0 {
					require.Error(t, err, "no room before, and room now that one is worse")
					return
				}
				require.NoError(t, err)
				require.NotEqual(t, i, after)
			})
		})
	}
}
