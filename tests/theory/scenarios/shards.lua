-- How evenly points on a ring divide keys among `n` shards, and what moves when one more comes.
local n = param { "n", 10 }
local points = param { "points", 1 }
local rule = param { "rule", "ring" }
local keys = param { "keys", 20000 }
local runs = param { "runs", 2000 }
client "c" { arrivals = constant "1/h", target = "db", keys = uniform_keys { n = keys } }
database "db" {
  instances = n,
  shards = rule == "ring" and consistent_hash { points = points } or rule,
}
client "d" { arrivals = constant "1/h", target = "more", keys = uniform_keys { n = keys } }
database "more" {
  instances = n + 1,
  shards = rule == "ring" and consistent_hash { points = points } or rule,
}
fault { join("more[" .. n + 1 .. "]"), at = "1s" }
run { duration = "2s", replications = runs }
