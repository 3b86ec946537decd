-- How long does a megabyte take that lies on a disk in another machine of the same data centre? A
-- round trip (500 us), a seek (10 ms) and the transfer (20 ms).
client "c" { arrivals = constant "10/s", target = "files", zone = "a" }
service "files" { zone = "b", on = { work { on = "hdd", bytes = "1MB" } } }
disk "hdd" { seek = "10ms", rotate = "0ms", bandwidth = "50MB/s" }
path { from = "a", to = "b", latency = "250us" }
run { duration = "60s", warmup = "0s", replications = 2 }
