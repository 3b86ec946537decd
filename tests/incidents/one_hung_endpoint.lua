-- One of three endpoints hangs: does a balancer that looks at requests under way leave it alone?
--
-- Source: github.com/grpc/grpc-java/issues/12237, github.com/envoyproxy/envoy/issues/39737
-- 60 callers, each of whom waits for its answer, send 20 ms requests through a balancer. With a
-- long timeout they pile up at the endpoint that hangs. Least requests goes on with the other
-- two, once giving up reaches the balancer; where the choice does not look at what is under way
-- all callers soon wait for the dead one, and next to nothing is served.
--
-- Off: algorithm=round_robin  every third request goes to it, until all callers wait there
-- Off: algorithm=random  the same by chance
-- Answer: callers.goodput
local algorithm = param { "algorithm", "least_connections", doc = "how an endpoint is chosen" }

client "callers" { arrivals = closed { users = 60 }, target = "proxy", timeout = "30s" }
load_balancer "proxy" { algorithm = algorithm, backends = "endpoint" }
service "endpoint" { instances = 3, work = exponential "20ms" }
fault { hang "endpoint[1]", at = "20s" }

-- 40 callers at 20 ms are 2000/s; 20 wait at the endpoint that hangs.
goal "callers.goodput > 1900/s"
goal "callers.goodput < 2100/s"
run { duration = "120s", warmup = "30s", replications = 3 }
