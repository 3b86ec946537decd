-- One worker, Poisson or constant arrivals, any of several service laws and disciplines.
local rate = param { "rate", "80/s", doc = "arrival rate" }
local law = param { "law", "exponential", doc = "service law" }
local discipline = param { "discipline", "fifo", doc = "who is next" }
local arrivals = param { "arrivals", "poisson", doc = "poisson or constant" }
local workers = param { "workers", 1, doc = "workers" }
local queue = param { "queue", "unlimited", doc = "places to wait" }
local mean = param { "mean", "10ms", doc = "mean service time" }
local duration = param { "duration", "5000s", doc = "simulated time" }
local warmup = param { "warmup", "200s", doc = "of it left out" }
if queue ~= "unlimited" then queue = tonumber(queue) end

local laws = {
  exponential = exponential(mean),
  constant = mean,
  lognormal4 = lognormal { mean = mean, cv2 = 4 },
  lognormal10 = lognormal { mean = mean, cv2 = 10 },
  lognormal43 = lognormal { mean = mean, cv2 = 43 },
  hyper10 = hyperexponential { mean = mean, cv2 = 10 },
}
local process = { poisson = poisson(rate), constant = constant(rate) }
client "c" { arrivals = process[arrivals], target = "s" }
service "s" { workers = workers, queue = queue, discipline = discipline, work = laws[law] }
run { duration = duration, warmup = warmup, replications = 30 }
