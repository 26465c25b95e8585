// Package fleet puts the results of several load generators together that sent one load as its shards.
//
// A shard prints, beside its benchmark results, a line about itself and one for each distribution that it measured:
//
//	#tailgate-share {"version":2,"benchmark":"Load/case=multi-lora/rate=200","shard":3,"of":8,...}
//	#tailgate-distribution {"run":"5d9c...","metric":"latency","count":7500,...,"hdr":"HISTF..."}
//
// They begin with '#', so that benchstat passes over them. [Merge] reads what all shards have printed, one after the other,
// as kubectl logs does for the pods of a Job. What it makes of them is what one load generator would have measured: counts
// are exact, quantiles exact up to 1,000 values a shard and to 0.1 % beyond. A share that is missing, there twice, cut short,
// or of another load is an error: the rest of a load is not the load.
//
// A [Meeting] is where the load generators wait for each other before they send, so that nobody has to guess when all are up.
//
// A share is no signature: it keeps accidents from being taken for results, not people.
package fleet
