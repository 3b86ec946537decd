-- A library tries three times and the program around it four times: how many calls reach a
-- service that turns all of them away?
--
-- Source: github.com/HKUDS/nanobot/issues/2760
-- Layers multiply: 12 calls for one request there, and with three tries at each of four hops 81.
--
-- Off: library=1  the library leaves it to the program
-- Off: hop=1  no hop tries again
-- Answer: provider.arrivals
local library = param { "library", 3, doc = "tries of the library" }
local hop = param { "hop", 3, doc = "tries at each of four hops" }

local function tries(n) return n > 1 and { attempts = n, backoff = "100ms" } or nil end
client "users" { arrivals = constant "1/s", target = "program" }
service "program" { on = { call { "library", retry = tries(4) } } }
service "library" { on = { call { "provider", retry = tries(library) } } }
service "provider" { on = { fail "rate_limited" } }

client "far-users" { arrivals = constant "1/s", target = "hop1", retry = tries(hop) }
service "hop1" { on = { call { "hop2", retry = tries(hop) } } }
service "hop2" { on = { call { "hop3", retry = tries(hop) } } }
service "hop3" { on = { call { "last", retry = tries(hop) } } }
service "last" { on = { fail() } }

goal "provider.arrival_rate > 11.9/s"
goal "provider.arrival_rate < 12.1/s"
goal "last.arrival_rate > 80/s"
goal "last.arrival_rate < 82/s"
run { duration = "300s", warmup = "60s", replications = 2 }
