package fleet

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Clock is how far the target's clock is ahead of this machine's: Offset, give or take Within. No Samples: it was not measured.
type Clock struct {
	Offset  time.Duration `json:"offset_ns"`
	Within  time.Duration `json:"within_ns"`
	Samples int           `json:"samples"`
}

// String is "+1.2ms ± 0.4ms".
func (c Clock) String() string {
	if c.Samples == 0 {
		return "not measured"
	}
	return fmt.Sprintf("%+.1fms ± %.1fms", ms(c.Offset), ms(c.Within))
}

func ms(d time.Duration) float64 { return d.Seconds() * 1e3 }

func (c Clock) validate() error {
	if c.Samples < 0 || c.Within < 0 || c.Within > longest || c.Offset.Abs() > 100*longest || c.Samples == 0 && c != (Clock{}) {
		return fmt.Errorf("clock is %+v, which no exchange gives", c)
	}
	return nil
}

const (
	mostProbes = 14
	second     = time.Second // what a Date is cut to
)

// fine is the precision that is enough.
const fine = time.Millisecond

// MeasureClock measures the clock by the Date header of replies, which date fetches: a whole number of seconds, cut, of the time
// at which the server wrote it.
//
// Of a request sent at a and answered at b, by this machine's clock, with a date D,
//
//	D - b <= offset < D + 1s - a
//
// holds, since the server read its clock at some time from a to b. All samples' bounds are intersected. Each request but the
// first is sent when the middle of the bounds has the server's second begin, so that its date, this second or the one before,
// halves them; they come down to the time between a and b, or to 1 ms. That takes about one second a request, and ten of them.
//
// It trusts that the date is written with the reply. A server or proxy that keeps one and renews it now and then (Envoy does,
// every half a second) makes its clock seem behind by as much, or the bounds contradict each other, which is an error.
// So are several servers of different clocks behind one address.
//
// When ctx ends, the bounds that there are by then are what it returns; the error is that there are none.
func MeasureClock(ctx context.Context, date func(context.Context) (time.Time, error)) (Clock, error) {
	var lo, hi time.Duration
	bounds := func(n int) Clock { return Clock{Offset: lo + (hi-lo)/2, Within: (hi - lo + 1) / 2, Samples: n} }
	for n := 1; ; n++ {
		began := time.Now()
		at, err := date(ctx)
		ended := began.Add(time.Since(began))
		if err != nil && ctx.Err() != nil && n > 1 {
			return bounds(n - 1), nil
		}
		if err != nil {
			return Clock{}, fmt.Errorf("clock: %w", err)
		}
		least, most := at.Sub(ended.Round(0)), at.Add(second).Sub(began.Round(0))
		if n == 1 {
			lo, hi = least, most
		}
		lo, hi = max(lo, least), min(hi, most)
		if lo > hi {
			return Clock{}, errors.New("clock: the dates of the target's replies contradict each other: they are of several clocks, " +
				"or kept and renewed now and then")
		}
		took := ended.Sub(began)
		if hi-lo <= max(fine, took+took/4) || n == mostProbes {
			return bounds(n), nil
		}
		if !sleep(ctx, untilEdge(time.Now().Add(lo+(hi-lo)/2).Add(took/2))) {
			return bounds(n), nil
		}
	}
}

// untilEdge is the time until the next second.
func untilEdge(t time.Time) time.Duration {
	return t.Truncate(second).Add(second).Sub(t)
}

// sleep reports whether it slept for so long, and ctx has not ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// DateOf fetches the date of a server: the Date header of whatever it answers at the address. The transport's idle connections are
// the caller's to close.
func DateOf(url string, by *http.Transport) func(context.Context) (time.Time, error) {
	client := &http.Client{
		Transport:     by,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       5 * time.Second,
	}
	return func(ctx context.Context) (time.Time, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
		if err != nil {
			return time.Time{}, err
		}
		response, err := client.Do(request)
		if err != nil {
			return time.Time{}, err
		}
		if err := response.Body.Close(); err != nil {
			return time.Time{}, err
		}
		return http.ParseTime(response.Header.Get("Date"))
	}
}
