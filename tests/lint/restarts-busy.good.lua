-- The host answers what may restart; who is too busy to answer a request gets no further ones.
client "c" { arrivals = poisson "10/s", target = "s", timeout = "1s" }
service "s" { workers = 1, on = { default = { work "1ms" }, health = { work "1ms" } } }
control "alive" { probe = "s", act = restart { "s" } }
control "ready" { probe = "s", op = "health", act = withdraw "s" }
fault { hang "s", at = "30s" }
run { duration = "120s" }
