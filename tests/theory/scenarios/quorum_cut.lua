-- Five copies, three on one side of a line that breaks for 60 s of 600; callers ask all of them
-- equally often. With write = quorum those on the smaller side fail; with write = 1 nobody does:
-- each of them keeps a write for the three others, and of 6000 writes meanwhile the m on the
-- smaller side make 3 m hints, the others 2 (6000 - m).
local w = param { "w", "quorum", doc = "copies that a write waits for" }
client "c" { arrivals = poisson "100/s", target = "db", mix = { write = 1 } }
database "db" {
  copies = {
    n = 5,
    zone = { "a", "a", "a", "b", "b" },
    write = tonumber(w) or w,
    read = "quorum",
    hints = true,
    timeout = "10ms",
  },
}
path { from = "a", to = "b", latency = "1ms" }
fault { partition { "a", "b" }, at = "300s", lasts = "60s" }
run { duration = "610s", warmup = "10s", replications = 15 }
