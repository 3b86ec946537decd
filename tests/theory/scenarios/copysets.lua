-- An outage takes one disk in a hundred of 5000: does it take all three copies of anything?
local random = param { "random", false }
local days = param { "days", "1d" }
storage "d" {
  instances = 5000, copies = 3, rebuild = "1s", placement = random and "random" or "sets",
  groups = random and 13333333 or nil, outage = { every = "1min", loses = "1%" },
}
run { duration = days, replications = 5 }
