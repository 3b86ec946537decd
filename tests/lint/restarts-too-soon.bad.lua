-- Ten seconds after a restart the probe has failed three times, and the server is not up yet.
client "c" { arrivals = poisson "10/s", target = "s", timeout = "1s" }
service "s" { work = "1ms", start = "30s" }
control "alive" { probe = "s", every = "5s", act = restart { "s" } }
fault { hang "s", at = "30s" }
run { duration = "120s" }
