-- Two of ten routers are stopped for a minute and the others get a little too much: what happens
-- if each that is too slow is left alone by all?
--
-- Source: gmailblog.blogspot.com, More on today's Gmail issue, 1 September 2009
-- A few routers that were overloaded told the rest to stop sending them traffic. Their load went to
-- the others, which became overloaded too, and within minutes nearly all of them were; it took
-- more routers to end it. What the authors want instead is that all of them get slower. Here ten
-- routers are busy 85 % of the time, and eight have 6 % too much: users who wait for two seconds at
-- most lose little in that minute, and everything if routers come and go.
--
-- Off: stops=false  they are slow for the time that it lasts, and all right after it
-- Off: routers=14  enough of them for the others to take the load
-- Answer: users.availability
local stops = param { "stops", true, doc = "whether routers that are too slow are left alone" }
local routers = param { "routers", 10, doc = "routers" }

client "users" { arrivals = poisson "425/s", target = "edge", timeout = "2s", mix = { mail = 1 } }
load_balancer "edge" { algorithm = "round_robin", backends = "router" }
service "router" {
  instances = routers, workers = 1, on = { mail = { work(exponential "20ms") }, ping = {} },
  cancel = "queued",
}
control "watch" {
  probe = "router", op = "ping", every = "1s", timeout = "500ms", fails = 2, rise = 5,
  act = withdraw "router", only_if = stops,
}
fault { stop { group = { "router[1]", "router[2]" } }, at = "30s", lasts = "60s" }

goal "users.availability < 60%"
run { duration = "4m", warmup = "20s", replications = 4 }
