-- Functions that are billed by use, or servers that are always on: which makes thumbnails cheaper
-- at this load, and how much of the slowest uploads is cold starts?
--
-- Covers A11.
-- A gateway calls the upload function, which puts the picture into an object store and publishes an
-- event; events call the resize function, which gets the picture and puts the thumbnail there.
-- Prices of AWS in us-east-1: a function of 1769 MB, which has one core, 2.88e-6 for each 100 ms
-- begun and 2e-7 a call; HTTP gateway 1e-6 a call; the store 3.5e-6 (two PUT and one GET of each
-- picture); the queue 4e-7; a server of two cores 0.085 an hour, of which there are two at least.
-- Cold starts are those of AWS Lambda (100 ms to more than 1 s); an idle instance goes after 10
-- minutes. Times of work and the loads are assumed; the budgets lie between the two designs.
--
-- Off: design=servers  at a low load two servers stand idle and must be paid all the same
-- Off: load=high  functions cost the same for each picture, and servers that are busy cost less
-- Off: load=rare  the functions are gone when the next picture comes: p99 is a cold start
-- Answer: cost.hour
local load = param { "load", "low", doc = "how many pictures come: rare, low or high" }
local design = param { "design", "functions", doc = "functions or servers" }

local at = {
  rare = { rate = "12/h", servers = 2, budget = "4e-5", lasts = "200h" },
  low = { rate = "0.5/s", servers = 2, budget = "4e-5", lasts = "4h" },
  high = { rate = "20/s", servers = 8, budget = "2.4e-5", lasts = "20min" },
}
local now = at[load]
local functions = design == "functions"

client "people" { arrivals = poisson(now.rate), target = "gateway", timeout = "10s" }
load_balancer "gateway" { backends = "upload", price = { per_call = 1e-6 } }

-- A function costs what it is used for; a process on a server nothing beyond the server.
local function runs(what)
  if functions then
    what.instances = on_demand { cold = lognormal { p50 = "400ms", p99 = "1.2s" }, idle = "10min" }
    what.price = { per_call = 2e-7, per_100ms = 2.88e-6 }
  else
    what.instances, what.workers, what.host = now.servers, 8, "server"
  end
  return what
end

service "upload" (runs {
  on = { work(exponential "40ms"), call { "store", op = "put" }, publish "uploaded" },
})
topic "uploaded" { price = { per_call = 4e-7 } }
service "events" {
  workers = 1000, subscribe = { "uploaded" }, on = { call "resize" }, price = "0/h",
}
service "resize" (runs {
  on = { call { "store", op = "get" }, work(exponential "350ms"), call { "store", op = "put" } },
})
database "store" {
  workers = 1000, write_ops = { "put" }, read_ops = { "get" }, price = { per_call = 3.5e-6 },
  read = lognormal { p50 = "15ms", p99 = "60ms" },
  write = lognormal { p50 = "25ms", p99 = "120ms" },
}
host "server" { only_if = not functions, instances = now.servers, cpus = 2, price = "0.085/h" }

goal("cost.request < " .. now.budget)
goal "people.latency.p99 < 500ms"
goal "events.end_to_end.p99 < 5s"
goal "people.availability >= 99.9%"
if functions then goal "upload.cold_share < 1%" end
run { duration = now.lasts, warmup = "5min", replications = 10 }
