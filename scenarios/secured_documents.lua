-- An archive encrypts its documents on the way and on the disk, looks into each upload, and
-- writes down who read what: what does each of these cost in time and in work, and which of them
-- can stop the archive?
--
-- Covers H07.
-- The same archive seven times: plain; with TLS; with encrypted storage; with a firewall that
-- looks into uploads; with an audit log that is written before a reader gets the document; with
-- one that is told by a queue; with all of it. Each has 200 callers 5 ms away, who read 100
-- documents of 200 kB a second and store 10. Assumed: AES-GCM 0.25 ns a byte on the way, AES-XTS
-- 0.5 ns on the disk, 0.06 ms for an ECDSA handshake, connections kept for 10 s, 20 ns a byte to
-- look into an upload and 0.3 ms besides, 1 ms to write a record. For 20 s the log hangs. A
-- document counts as the answer, also where it is stored.
--
-- Off: tls=false  a connection is open after one round trip, and nothing is encrypted on the way
-- Off: rest=false  nothing is encrypted on the disk
-- Off: firewall=false  uploads are stored as they come
-- Off: audit=false  nobody waits for the log, nor notices when it hangs
-- Off: queue=false  the queue's archive writes its log before it answers, too
-- Answer: audit.availability
local tls = param { "tls", true, doc = "whether one archive encrypts what it sends" }
local rest = param { "rest", true, doc = "whether one encrypts what it stores" }
local audit = param { "audit", true, doc = "whether one writes down who read what" }
local queue = param { "queue", true, doc = "whether one log is told by a queue" }
local firewall = param { "firewall", true, doc = "whether one looks into uploads" }

-- Steps of those that are wanted, in their order.
local function steps(list)
  local out = {}
  for _, step in ipairs(list) do
    if step[1] then out[#out + 1] = step[2] end
  end
  return out
end

local function archive(name, with)
  local on_the_way = work { "0ms", per_byte = "0.25ns" }
  local on_the_disk = work { "0ms", per_byte = "0.5ns" }
  client(name) { instances = 200, target = name .. "-api", mix = { read = 10 / 11, store = 1 / 11 },
    arrivals = poisson "0.55/s", request = "1kB", response = "200kB", timeout = "2s" }
  service(name .. "-api") { workers = 8, accept = { handshake = with.tls and "60us" or "0us" },
    on = {
      read = steps {
        { true, work "1ms" }, { with.tls, on_the_way }, { with.rest, on_the_disk },
        { true, call { name .. "-store" } },
        { with.audit, call { "log", timeout = "1s" } },
        { with.queue, publish "records" },
      },
      store = steps {
        { with.firewall, work { "0.3ms", per_byte = "20ns", of = "answer" } },
        { true, work "1ms" }, { with.tls, on_the_way }, { with.rest, on_the_disk },
        { true, call { name .. "-store" } },
      },
    } }
  service(name .. "-store") { workers = 8, work = "2ms" }
  path { from = name, to = name .. "-api", latency = "5ms", transport = "tcp",
    connect = { keep = "10s", tls = with.tls and "1.3" or "none" } }
end
archive("plain", {})
archive("tls", { tls = tls })
archive("rest", { rest = rest })
archive("firewall", { firewall = firewall })
archive("audit", { audit = audit })
archive("queued", { audit = not queue, queue = queue })
archive("all", { tls = tls, rest = rest, audit = audit, firewall = firewall })
service "log" { workers = 4, work = "1ms", subscribe = queue and { "records" } or nil }
if queue then topic "records" {} end
fault { hang "log", at = "60s", lasts = "20s" }

goal "plain.latency.p50 < 43.03ms"
-- Encryption of 200 kB takes 0.05 and 0.1 ms; the second round trip of TLS is what one notices.
goal "path.tls.tls-api.setup.p50 > 20ms"
goal "tls.latency.p50 < 43.2ms"
goal "rest.latency.p50 > 43.05ms"
goal "rest.latency.p50 < 43.2ms"
-- 4.3 ms for each upload, none for who reads.
goal "firewall.op.store.latency.p50 > 47ms"
goal "firewall.op.read.latency.p50 < 43.1ms"
goal "firewall-api.utilization < 6%"
-- A log that hangs takes the workers of all, also of those who store and write no record.
goal "audit.op.read.latency.p50 > 43.9ms"
goal "audit.op.store.availability < 90%"
goal "queued.availability >= 99.9%"
goal "queued.op.read.latency.p50 < 43.1ms"
if queue then goal "log.backlog.end < 50" end
goal "all.availability < 90%"

run { duration = "110s", warmup = "20s", replications = 5 }
