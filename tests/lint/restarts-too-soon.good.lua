-- A start-up probe gives it a minute; another control may be quick, as it only withdraws.
client "c" { arrivals = poisson "10/s", target = "s", timeout = "1s" }
service "s" { work = "1ms", start = "30s" }
control "alive" { probe = "s", every = "5s", startup = "60s", act = restart { "s" } }
control "ready" { probe = "s", every = "2s", act = withdraw "s" }
fault { hang "s", at = "30s", lasts = "10min" }
run { duration = "120s" }
