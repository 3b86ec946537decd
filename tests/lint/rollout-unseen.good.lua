-- The same, mended.
client "c" { arrivals = poisson "50/s", target = "lb" }
load_balancer "lb" { backends = { "v1", "v2" } }
service "v1" { work = "5ms" }
service "v2" { work = "5ms" }
control "release" { at = "20s", act = rollout { "v1", to = "v2", by = { "50%", "100%" },
  every = "4s", look = "1s", back_when = "v2.error_ratio > 5%" } }
run { duration = "60s" }
