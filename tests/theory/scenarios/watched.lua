-- How long it takes until three probes in a row have found a crash, or a hang.
local fault_is = param { "fault", "crash" }
client "c" { arrivals = poisson "1/s", target = "s", timeout = "1s" }
service "s" {}
control "alive" { probe = "s", every = "5s", timeout = "1s", fails = 3 }
local up, down = exponential "100s", "60s"
if fault_is == "crash" then fault { crash "s", mttf = up, mttr = down } end
if fault_is == "hang" then fault { hang "s", mttf = up, mttr = down } end
run { duration = "100000s", warmup = "0s", replications = 10 }
