-- Sets of disks that fail and are rebuilt, both exponential: how long until a set loses data?
local sets = param { "sets", 200 }
local copies = param { "copies", 2 }
local need = param { "need", 1 }
local life = param { "life", "1000h" }
local at_once = param { "at_once", 0, doc = "0: all that wait" }
local bias = param { "bias", true }
local days = param { "days", "3650d" }
storage "d" {
  instances = sets * copies, copies = copies, need = need, life = exponential(life),
  rebuild = exponential "24h", at_once = at_once > 0 and at_once or nil,
  bias = bias and "50%" or nil,
}
run { duration = days, replications = 10 }
