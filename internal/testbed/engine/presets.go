package engine

import "time"

// H100 is the modelled clock of Llama 3.1 8B in bfloat16 on one NVIDIA H100 SXM.
//
// Like [Small] it is the roofline of published figures: weights, keys and values, and adapters are read once a step at the memory's
// full bandwidth, tokens are computed at the full rate of the tensor cores, nothing overlaps, and adapters of rank 8 on q, k, v and
// o come over the full link or from the disk. What a host adds to a step, the attention's own arithmetic (3 % of a token's at 1024
// tokens of context) and what real kernels lose are left out: real ones take 1.2 to 2.5 times as long.
func H100() Clock { return h100.clock(llama8B) }

// Small is the modelled clock of Llama 3.2 1B in bfloat16 on one NVIDIA L4.
func Small() Clock { return l4.clock(llama1B) }

// accelerator is what a device can do at best. Units: bytes, seconds, floating-point operations.
type accelerator struct {
	memory    float64 // bytes
	bandwidth float64 // of memory, bytes per second
	flops     float64 // dense bfloat16, per second
	link      float64 // from the host, bytes per second
	disk      float64 // to the host, bytes per second
}

var (
	// NVIDIA H100 Tensor Core GPU datasheet (2023), SXM: 80 GB at 3.35 TB/s; 1,979 Tflop/s with sparsity, half of it dense; PCIe 5.0
	// x16, 128 GB/s both ways. Disk: PCIe 4.0 x4, 7 GB/s.
	h100 = accelerator{memory: 80e9, bandwidth: 3.35e12, flops: 1979e12 / 2, link: 128e9 / 2, disk: 7e9}
	// NVIDIA L4 Tensor Core GPU datasheet (2023): 24 GB at 300 GB/s; 242 Tflop/s with sparsity; PCIe 4.0 x16, 64 GB/s both ways.
	l4 = accelerator{memory: 24e9, bandwidth: 300e9, flops: 242e12 / 2, link: 64e9 / 2, disk: 7e9}
)

// shape is that of a model.
type shape struct {
	parameters                        float64
	layers, dim, heads, kvHeads, head float64
	vocab                             int
}

var (
	// Grattafiori et al. (2024), The Llama 3 herd of models, table 3.
	llama8B = shape{parameters: 8.03e9, layers: 32, dim: 4096, heads: 32, kvHeads: 8, head: 128, vocab: 128256}
	// Its model card (2024).
	llama1B = shape{parameters: 1.24e9, layers: 16, dim: 2048, heads: 32, kvHeads: 8, head: 64, vocab: 128256}
)

const (
	width       = 2   // bytes of a bfloat16
	rank        = 8   // of adapters, as the guide's --max-lora-rank
	utilisation = 0.9 // of memory that vLLM uses by default: --gpu-memory-utilization
)

// kvBytes are the keys and values of one token.
func (m shape) kvBytes() float64 { return 2 * width * m.layers * m.kvHeads * m.head }

// adapterBytes are the two factors of q, k, v and o in all layers.
func (m shape) adapterBytes() float64 {
	q, kv := m.heads*m.head, m.kvHeads*m.head
	return width * rank * m.layers * ((m.dim + q) + 2*(m.dim+kv) + (q + m.dim))
}

func (a accelerator) clock(m shape) Clock {
	weights := width * m.parameters
	perToken := seconds(2 * m.parameters / a.flops) // a multiplication and an addition for each parameter
	return Clock{
		Base:           seconds(weights / a.bandwidth),
		PrefillToken:   perToken,
		DecodeSequence: perToken,
		KVToken:        seconds(m.kvBytes() / a.bandwidth),
		Adapter:        seconds(m.adapterBytes() / a.bandwidth),
		LoadCPU:        seconds(m.adapterBytes() / a.link),
		LoadDisk:       seconds(m.adapterBytes()/a.link + m.adapterBytes()/a.disk),
		Memory:         int((utilisation*a.memory - weights) / m.kvBytes()),
		VocabSize:      m.vocab,
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
