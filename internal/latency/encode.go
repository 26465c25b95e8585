package latency

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// exactInText is the most values that an Encoded lists: more are as long as a histogram.
const exactInText = 1000

const (
	mostText = 1 << 20 // characters of a histogram, which has about 16,000
	digits   = 3
)

// Encoded is a Distribution that can be written down: its values when they are few, else a histogram.
type Encoded struct {
	Count  int64   `json:"count"`
	Sum    float64 `json:"sum"`
	Min    int64   `json:"min"`
	Max    int64   `json:"max"`
	Values []int64 `json:"values,omitempty"` // all of them, up to 1,000

	// HDR is the values where there are more: HdrHistogram's V2 form of three digits, from 1 ns to an hour, compressed and in base64.
	HDR string `json:"hdr,omitempty"`
}

// Encode writes d down. Beyond 1,000 values it rounds them as a large Distribution does, to 0.1 %; d is left as it is.
func (d *Distribution) Encode() (Encoded, error) {
	e := Encoded{Count: d.n, Sum: d.sum, Min: d.min, Max: d.max}
	if d.rounded == nil && len(d.exact) <= exactInText {
		e.Values = append(e.Values, d.exact...)
		return e, nil
	}
	h := d.rounded
	if h == nil {
		rounded := Distribution{exact: d.exact}
		rounded.toRounded()
		h = rounded.rounded
	}
	text, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	e.HDR = string(text)
	return e, err
}

// Decode is the Distribution that Encode wrote down. The error is what cannot be: it is made for text from anywhere, and takes
// no more memory than a Distribution and the text do.
func (e Encoded) Decode() (Distribution, error) {
	switch {
	case e.Count < 0 || len(e.Values) > exactInText || len(e.HDR) > mostText:
		return Distribution{}, fmt.Errorf("%d values, %d of them listed, and %d characters of a histogram "+
			"are not what a distribution has", e.Count, len(e.Values), len(e.HDR))
	case e.HDR != "" && len(e.Values) > 0:
		return Distribution{}, errors.New("there are both values and a histogram; one of them is the distribution")
	case e.HDR == "":
		return e.fromValues()
	}
	if err := checkGeometry(e.HDR); err != nil {
		return Distribution{}, fmt.Errorf("hdr: %w", err)
	}
	h, err := hdrhistogram.Decode([]byte(e.HDR))
	if err != nil {
		return Distribution{}, fmt.Errorf("hdr: %w", err)
	}
	d := Distribution{rounded: h, n: e.Count, sum: e.Sum, min: e.Min, max: e.Max}
	switch {
	case h.TotalCount() != e.Count || e.Count == 0:
		return Distribution{}, fmt.Errorf("hdr: it has %d values, where count is %d", h.TotalCount(), e.Count)
	case e.Min < 0 || e.Max < e.Min || !h.ValuesAreEquivalent(h.Min(), min(e.Min, longest)) ||
		!h.ValuesAreEquivalent(h.Max(), min(e.Max, longest)):
		return Distribution{}, fmt.Errorf("hdr: its values are from %d to %d, where min is %d and max %d", h.Min(), h.Max(), e.Min, e.Max)
	}
	return d, d.checkSum()
}

func (e Encoded) fromValues() (Distribution, error) {
	var d Distribution
	for _, v := range e.Values {
		if v < 0 {
			return Distribution{}, fmt.Errorf("values: %d is negative", v)
		}
		d.Record(v)
	}
	if d.n != e.Count || d.min != e.Min || d.max != e.Max {
		return Distribution{}, fmt.Errorf("values: there are %d from %d to %d, where count is %d, min %d and max %d",
			d.n, d.min, d.max, e.Count, e.Min, e.Max)
	}
	d.sum = e.Sum
	return d, d.checkSum()
}

// checkSum refuses a sum whose mean is not among the values.
func (d *Distribution) checkSum() error {
	const rounding = 1e-9
	least, most := float64(d.min)*float64(d.n)*(1-rounding), float64(d.max)*float64(d.n)*(1+rounding)
	if !(d.sum >= least && d.sum <= most) {
		return fmt.Errorf("sum is %v, which %d values from %d to %d do not have", d.sum, d.n, d.min, d.max)
	}
	return nil
}

// header is the beginning of a histogram's form once inflated.
type header struct {
	Cookie, Payload, Offset, Digits int32
	Lowest, Highest                 int64
	Ratio                           float64
}

// checkGeometry refuses any histogram but one of ours: another range or precision would take more memory, and cannot be merged
// exactly.
func checkGeometry(text string) error {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	if len(raw) < 8 {
		return errors.New("it is cut short")
	}
	inflated, err := zlib.NewReader(bytes.NewReader(raw[8:]))
	if err != nil {
		return err
	}
	var h header
	if err := binary.Read(io.LimitReader(inflated, 40), binary.BigEndian, &h); err != nil {
		return fmt.Errorf("it is cut short: %w", err)
	}
	if h.Digits != digits || h.Lowest != 1 || h.Highest != longest || h.Ratio != 1 || math.IsNaN(h.Ratio) {
		return fmt.Errorf("it is of %d digits from %d to %d, where %d digits from 1 to %d are merged",
			h.Digits, h.Lowest, h.Highest, digits, longest)
	}
	return nil
}
