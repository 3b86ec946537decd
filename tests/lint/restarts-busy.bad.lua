-- The probe is one more request in the queue.
client "c" { arrivals = poisson "10/s", target = "s", timeout = "1s" }
service "s" { workers = 1, on = { default = { work "1ms" }, health = { work "1ms" } } }
control "alive" { probe = "s", op = "health", act = restart { "s" } }
fault { hang "s", at = "30s" }
run { duration = "120s" }
