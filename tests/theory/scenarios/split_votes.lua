-- s of n copies begin to wait at once and elect a leader; timeouts are drawn from a range of 100
-- ms, and messages take `latency`. Who stands first loses if more of the others than it can spare
-- stand before its request is there.
local n = param { "n", 5, doc = "copies" }
local s = param { "s", 4, doc = "copies that are up" }
local latency = param { "latency", "10ms", doc = "of each message" }
client "c" { arrivals = poisson "1/h", target = "db", mix = { write = 1 } }
database "db" {
  zone = "z",
  copies = { n = n, elect = { timeout = "500ms", spread = "100ms", pre_vote = false } },
}
path { from = "z", to = "z", latency = latency }
for i = 1, n do
  if i <= s then
    fault { crash("db[" .. i .. "]"), mttf = "900ms", mttr = "100ms" }
  else
    fault { crash("db[" .. i .. "]"), at = "0s", lasts = "9990s" }
  end
end
run { duration = "10000s", warmup = "10s", replications = 15 }
