-- W40: of an objective of 99.9 % the share of errors in a long window reaches the rate at which the
-- budget burns after (that share / share of errors) of the window; looked at once in `every`.
local over = param { "over", "1h" }
local above = param { "above", "1.44%" }
local every = param { "every", "1s" }
local errors = param { "errors", "100%" }
local at = param { "at", "4000s" }
client "c" { arrivals = constant "10/s", target = "s", timeout = "1s" }
service "s" { work = "1ms" }
control "page" { watch = "c.error_ratio", above = above, over = over, every = every, act = alert() }
fault { error { "s", ratio = errors }, at = at }
run { duration = at * 1.2, replications = 4 }
