-- One pause of a second at 70 % load: does the server come back when its clients retry?
--
-- Source: github.com/adamfilli/happy-simulator, examples/queuing/gc_caused_collapse.py
-- 7 requests/s, 100 ms of work each, clients that give up after 500 ms and try three times more,
-- 50 ms apart. The pause lasts longer than they wait, and what they gave up on is worked on all
-- the same, so that the retries keep the server busy with old work for good. Reported for 100 s:
-- 210 requests answered in time, all from before the pause; 1446 retries; 475 given up.
--
-- Off: attempts=1  without retries the server works off what has piled up
-- Off: pause=false  without the pause nobody ever retries
-- Answer: users.availability
local attempts = param { "attempts", 4, doc = "tries of a request in all" }
local pause = param { "pause", true, doc = "whether the server stands still for a second" }

client "users" {
  arrivals = constant "7/s", target = "server", timeout = "500ms",
  retry = attempts > 1 and { attempts = attempts, backoff = "50ms" } or nil,
}
service "server" { workers = 1, work = "100ms" }
if pause then fault { hang "server", at = "30s", lasts = "1s" } end

goal "users.goodput == 2.1/s"
-- There 1446: the last retries before the end count a moment sooner or later.
goal "users.retries > 1440"
goal "users.retries < 1455"
goal "users.errors.timeout == 475"
run { duration = "100s", warmup = "0s", replications = 2 }
