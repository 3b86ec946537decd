-- Five copies of a configuration store elect their leader (Raft): how long does nobody lead when
-- the leader crashes, or is cut off with a minority, and is anything lost that was acknowledged?
--
-- Covers F06.
-- Two stores. In "crashed" the leader crashes: the others miss its beats, and the first of them
-- whose patience ends, after one to two seconds, is elected. In "cut" the zone of the leader and
-- one more copy is cut off for half a minute. The three others elect one of them and go on; the old
-- leader cannot commit anything, cannot answer a read, since it has to ask the others first, and
-- gives up after a second. When the zone is back its copies follow the new leader without
-- unseating it. Beats and patience are those of etcd (100 ms, 1 s); loads and distances are
-- assumed.
--
-- Off: write=async  a leader that answers alone loses what only it has
-- Off: pre_vote=false  a copy that was cut off unseats the leader when it is back
-- Off: timeout=10s  nobody leads for ten times as long
-- Answer: crashed.recovery_time.mean
local write = param { "write", "quorum", doc = "copies that have a write when it is answered" }
local pre_vote = param { "pre_vote", true, doc = "whether copies ask before they stand" }
local timeout = param { "timeout", "1s", doc = "for how long copies hear of no leader" }

region "all" { zones = { "a", "b", "c" } }
path { from = "all", to = "all", latency = lognormal { p50 = "2ms", p99 = "8ms" } }

local function store(name)
  for _, zone in ipairs { "a", "b" } do
    client(name .. "-from-" .. zone) {
      arrivals = poisson "100/s",
      mix = { get = "70%", set = "30%" },
      keys = uniform_keys { n = 200 },
      timeout = "500ms",
      zone = zone,
      target = name,
    }
  end
  database(name) {
    workers = 4,
    read = exponential "0.5ms",
    write = exponential "2ms",
    read_ops = { "get" },
    write_ops = { "set" },
    copies = {
      n = 5,
      zone = { "a", "a", "b", "b", "c" },
      write = write,
      elect = { heartbeat = "100ms", timeout = timeout, pre_vote = pre_vote },
    },
  }
end
store "crashed"
store "cut"

fault { crash "crashed[1]", at = "60s", lasts = "30s" }
for _, other in ipairs { 3, 4, 5 } do
  for _, one in ipairs { 1, 2 } do
    local pair = { "cut[" .. one .. "]", "cut[" .. other .. "]" }
    fault { partition(pair), at = "60s", lasts = "30s" }
  end
end
fault { partition { "cut-from-b", "cut[1]" }, at = "60s", lasts = "30s" }
fault { partition { "cut-from-b", "cut[2]" }, at = "60s", lasts = "30s" }

for _, name in ipairs { "crashed", "cut" } do
  goal(name .. ".lost_writes == 0")
  goal(name .. ".stale_reads == 0")
  goal(name .. ".promotions < 1.5")
  goal(name .. ".behind.end < 1")
end
goal "crashed.recovery_time.mean > 0.9s"
goal "crashed.recovery_time.max < 4s"
goal "crashed-from-b.availability > 98%"
goal "cut-from-b.availability > 98%"

run { duration = "150s", warmup = "5s", replications = 10 }
