-- The third load: a thousand such systems side by side, about 10,000 requests in flight.
for i = 1, 1000 do
  local c, lb, web, db = "c" .. i, "lb" .. i, "web" .. i, "db" .. i
  client(c) { arrivals = poisson "200/s", target = lb }
  load_balancer(lb) { algorithm = "least_connections", backends = web }
  service(web) { instances = 3, workers = 1, on = { work(exponential "10ms"), call(db) } }
  database(db) { workers = 2, read = exponential "2ms" }
  path { from = c, to = lb, latency = "500us" }
  path { from = lb, to = web, latency = "500us" }
  path { from = web, to = db, latency = "500us" }
end
run { duration = "10s", warmup = "1s", replications = 2 } -- one alone would be cut into batches
