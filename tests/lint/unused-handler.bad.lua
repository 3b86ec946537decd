-- The client sends 'browse', and web has a handler for 'brows'.
client "users" { arrivals = poisson "50/s", target = "web", timeout = "1s",
  mix = { browse = 0.9, buy = 0.1 } }
service "web" { workers = 8, on = {
  brows = { work "2ms" },
  buy = { work "9ms" },
  default = { work "1ms" },
} }
run { duration = "100s", warmup = "10s", replications = 4 }
