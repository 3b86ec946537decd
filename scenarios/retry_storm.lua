-- A server stops for ten seconds: with which retries does it recover, and with which do the retries
-- themselves keep it down?
--
-- Covers G10.
-- Five servers alike, each with its own users, 80 % busy. Users give up after 1 s, but the server
-- works on what they gave up on: after the stop it does old work for nobody. Three tries for each
-- request then make 240 % of what it can do, with any pause between them: it stays down (a
-- metastable failure, Bronson et al., HotOS 2021). No retries, or a budget of 10 % (the SRE
-- book's), leave it below 100 %, and it works off what has piled up.
--
-- Off: budget=100%  retries without a limit: this server stays down as well
-- Off: stop=false  nothing happens, nobody stays down
-- Answer: budgeted.availability
local budget = param { "budget", "10%", doc = "retries as a share of new requests" }
local stop = param { "stop", true, doc = "whether the servers stop for 10 s" }

local pauses = {
  none = false,
  immediate = "0ms",
  exponential = exponential { base = "100ms", cap = "2s" },
  jittered = exponential { base = "100ms", cap = "2s", jitter = "full" },
  budgeted = exponential { base = "100ms", cap = "2s", jitter = "full" },
}
for name, pause in pairs(pauses) do
  client(name) {
    arrivals = poisson "80/s", target = name .. "-server", timeout = "1s",
    retry = pause and { attempts = 3, backoff = pause,
                        budget = name == "budgeted" and budget or "100%" },
  }
  service(name .. "-server") { workers = 4, queue = 500, work = exponential "40ms" }
  if stop then fault { hang(name .. "-server"), at = "60s", lasts = "10s" } end
end

-- Amplification: 80/s of new requests; 2.9 times as many for those that never recover.
goal "none-server.arrival_rate < 82/s"
goal "budgeted-server.arrival_rate < 90/s"
goal "immediate-server.arrival_rate > 200/s"
goal "exponential-server.arrival_rate > 200/s"
goal "jittered-server.arrival_rate > 200/s"
-- Recovery.
goal "budgeted.availability > 85%"
goal "none.availability > 85%"
goal "immediate.availability < 40%"
goal "exponential.availability < 40%"
goal "jittered.availability < 40%"

run { duration = "10min", warmup = "30s", replications = 4 }
