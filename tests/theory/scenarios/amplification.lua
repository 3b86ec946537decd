-- Layers that each try again what fails: how many calls reach the last one for each request?
local layers = param { "layers", 3 }
local attempts = param { "attempts", 4 }
local share = param { "share", "100%", doc = "budget of each layer" }
local ratio = param { "ratio", 1.0, doc = "share of the tries that fail" }
local policy = { attempts = attempts, backoff = "0ms", budget = share }
client "c" { arrivals = constant "10/s", target = layers == 1 and "last" or "s1", retry = policy }
for i = 1, layers - 1 do
  service("s" .. i) { on = { call { i == layers - 1 and "last" or "s" .. i + 1, retry = policy } } }
end
service "last" { on = { fail { p = ratio } } }
run { duration = "150.05s", warmup = "100.05s", replications = 4 }
