-- Messages of one size come to a wire with room for so many of them: M/D/1/K. What is dropped is
-- known to the caller by its timeout.
local rate = param { "rate", "80/s" }
local room = param { "room", "2500B" }
client "c" { arrivals = poisson(rate), target = "s", request = "1250B", timeout = "1s" }
service "s" {}
path { from = "c", to = "s", bandwidth = "1Mbit/s", buffer = room }
run { duration = "2000s", warmup = "10s", replications = 4 }
