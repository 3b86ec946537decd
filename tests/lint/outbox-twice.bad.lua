-- After a crash of the database its relay publishes again what has arrived.
client "c" { arrivals = poisson "10/s", target = "db", mix = { write = 1 } }
database "db" { outbox = { topic = "events" } }
topic "events" {}
service "mail" { workers = 4, work = "10ms", subscribe = { "events" } }
run { duration = "60s" }
