-- Four shards keep the keys of a shop and a fifth one comes: which way of dividing the keys makes
-- one shard hot, how many keys have to move, and what do users notice of it?
--
-- Covers F09.
-- Three databases under the same load, whose popular keys lie side by side (the newest orders). By
-- hash modulo the number of shards the load is even, and when it becomes five, four fifths of all
-- keys belong elsewhere. On a ring with a hundred points each the newcomer takes its fifth and
-- nothing else moves. By range four fifths of the calls meet the first shard, more than it can do;
-- when the fifth comes, that range is split where its calls are halved. Moving a key holds a worker
-- of the shard that has it, and then one of the one that takes it. Loads, times of work and what
-- moving a key takes are assumed.
--
-- Off: comes=false  the hot range has nobody to share its load with
-- Off: points=1  one point each: shares on the ring are anything between nothing and half
-- Off: move=60ms  moving takes long: keys still move at the end
-- Off: spread=0  all keys are asked for equally, and no range is hot
-- Answer: ring.moved_share
local comes = param { "comes", true, doc = "whether a fifth shard comes" }
local points = param { "points", 100, doc = "points of a shard on the ring" }
local move = param { "move", "2ms", doc = "what moving a key takes of either shard" }
local spread = param { "spread", 0.9, doc = "how unequal keys are asked for (Zipf's s)" }

local keys = 20000
local function store(name, shards)
  client(name .. "-users") {
    arrivals = poisson "1000/s",
    mix = { read = "90%", write = "10%" },
    keys = spread > 0 and zipf { n = keys, s = spread } or uniform_keys { n = keys },
    target = name,
    timeout = "1s",
  }
  database(name) {
    instances = comes and 5 or 4,
    workers = 4,
    connections = 200,
    read = exponential "5ms",
    write = exponential "8ms",
    shards = shards,
    move = move,
  }
  if comes then fault { join(name .. "[5]"), at = "60s" } end
end
store("hash", "hash")
store("ring", consistent_hash { points = points })
store("range", "range")

-- What has to move.
goal "hash.moved_share > 75%"
goal "ring.moved_share > 12%"
goal "ring.moved_share < 30%"
goal "hash.keys_to_move.end == 0"
-- How even it is: keys on the ring, calls by hash and by range.
goal "ring.shard_keys.most < 1.3"
goal "hash.shard_calls.most < 1.5"
goal "range.shard_calls.most > 2"
-- What users notice.
goal "hash-users.availability > 99.9%"
goal "hash-users.latency.p99 < 40ms"
goal "ring-users.latency.p99 < 40ms"
goal "range-users.availability > 97%"
goal "range-users.availability < 99.5%"
goal "range-users.latency.p50 < 50ms"
run { duration = "240s", warmup = "5s", replications = 5 }
