-- V07, V16: sessions that users hold are the calls of a system without queues: rate times length of
-- them (M/G/inf), and with n places Erlang's share is refused, whatever the law of their length.
local rate = param { "rate", "2/s" }
local lasts = param { "lasts", "10s" }
local law = param { "law", "exponential" }
local places = param { "places", "unlimited" }

local laws = {
  constant = lasts, exponential = exponential(lasts), uniform = uniform { "0s", lasts * 2 },
}
client "c" { arrivals = poisson(rate), target = "lb", session = { lasts = laws[law] } }
load_balancer "lb" { backends = "s" }
service "s" { sessions = tonumber(places) or places }
run { duration = "4000s", warmup = "100s", replications = 15 }
