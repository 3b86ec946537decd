-- Two cores that all work shares; a machine that lacks a fifth of its memory; a process that leaks.
client "a" { arrivals = poisson "150/s", target = "x" }
host "two" { cpus = 2 }
service "x" { host = "two", work = exponential "10ms" }
client "b" { arrivals = poisson "5/s", target = "y" }
host "small" { cpus = 64, memory = "1GB", swap = 21 }
service "y" { host = "small", work = "10ms", memory = { base = "1.25GB" } }
client "c" { arrivals = poisson "100/s", target = "z" }
service "z" { work = "1ms", memory = { leak = "1MB", limit = "1GB", restart = "2s" } }
run { duration = "3010s", warmup = "10s", replications = 10 }
