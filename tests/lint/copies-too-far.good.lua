-- The same, mended.
client "users" { arrivals = poisson "10/s", target = "kv", timeout = "10s",
  mix = { read = "50%", write = "50%" }, keys = uniform_keys { n = 1000 } }
region "all" { zones = { "a", "b", "c" } }
path { from = "all", to = "all", latency = "300ms" }
database "kv" {
  copies = { n = 3, zone = { "a", "b", "c" }, read = 2, write = 2, timeout = "2s" },
}
run { duration = "60s" }
