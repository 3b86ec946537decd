-- Messages that wait for each other on a wire, and connections that are set up for each call.
client "a" { arrivals = poisson "50/s", target = "s", request = "1250B", response = "100B" }
service "s" {}
path { from = "a", to = "s", distance = "2000km", bandwidth = "1Mbit/s" }
client "b" { arrivals = poisson "50/s", target = "t", response = exponential "1250B" }
service "t" {}
path { from = "b", to = "t", bandwidth = "1Mbit/s" }
client "d" { arrivals = poisson "50/s", target = "u" }
service "u" {}
path { from = "d", to = "u", latency = "50ms", transport = "tcp",
  connect = { tls = "1.2", resume = "80%" } }
client "e" { arrivals = poisson "50/s", target = "v" }
service "v" {}
path { from = "e", to = "v", latency = "50ms", transport = "tcp",
  connect = { tls = "1.3", resume = "80%", early = true } }
client "f" { arrivals = poisson "60/s", target = "ssd", response = exponential "1MB" }
disk "ssd" { channels = 1000, bandwidth = "100MB/s" }
run { duration = "2000s", warmup = "10s", replications = 10 }
