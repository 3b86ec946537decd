-- The same, mended.
client "c" { arrivals = poisson "10/s", target = "db", mix = { write = 1 } }
database "db" { outbox = { topic = "events" } }
topic "events" {}
service "mail" { workers = 4, work = "10ms", subscribe = { "events", dedup = "1h" } }
run { duration = "60s" }
