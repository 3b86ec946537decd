-- A round trip takes 40 ms, and patience ends after five of them: the same, mended.
client "c" { arrivals = poisson "10/s", target = "kv", mix = { read = "50%", write = "50%" } }
path { from = "z", to = "z", latency = "20ms" }
database "kv" { zone = "z", copies = { n = 3, elect = { heartbeat = "50ms", timeout = "1s" } } }
run { duration = "60s" }
