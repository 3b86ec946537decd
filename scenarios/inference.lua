-- Four copies of a language model answer questions about 200 documents: how soon is the first token
-- there, and how many tokens come a second, by the batch and by which copy gets which question?
--
-- Covers I06.
-- A question is a document of 3000 tokens and 100 more; the answer has 150. A step of a model takes
-- 12 ms to read its weights, 60 us for each token of a prompt and 0.2 ms for each sequence: about
-- an 8 B model on one accelerator, assumed. Keys and values of 250,000 tokens find room. Who asks
-- by document (consistent hashing) finds it kept by the copy that had it before; who asks in turn
-- finds each of 200 documents on one copy of four only if all fit there, and they do not.
--
-- Off: routing=round_robin  most documents are computed again, which is more than the copies can
-- Off: batch=8  sequences wait for a place, while steps cost nearly the same
-- Off: memory=40000  documents are forgotten, and sequences lose their places
-- Answer: model.first_token.p99
local routing = param { "routing", "consistent_hash", doc = "consistent_hash or round_robin" }
local batch = param { "batch", 128, doc = "sequences in a step at most" }
local memory = param { "memory", 250000, doc = "tokens that a copy can keep" }
local by_key = routing == "consistent_hash"

client "readers" {
  arrivals = poisson "24/s", target = "router", keys = zipf { n = 200, s = 0.6 }, timeout = "60s",
}
load_balancer "router" {
  algorithm = routing, backends = "model", by = by_key and "key" or nil,
  bounded = by_key and 1.25 or nil,
}
inference "model" {
  instances = 4, prefix = 3000, prompt = geometric(100), output = geometric(150),
  batch = batch, chunk = 512, memory = memory,
  step = "12ms", per_token = "60us", per_sequence = "200us",
}
goal "model.first_token.p99 < 500ms"
goal "model.prefix_hit_ratio > 85%"
goal "model.token_rate > 3300/s"
goal "model.next_token.p99 < 40ms"
goal "readers.availability >= 99.9%"
run { duration = "5min", warmup = "1min", replications = 10 }
