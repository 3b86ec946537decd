-- How likely is it that what is kept in three copies is lost within a year, and what do a copy, the
-- speed of rebuilding, an erasure code and the choice of disks change about that?
--
-- Covers B10, G16.
-- Two disks of a hundred fail in a year, each by itself. One of 16 TB is rebuilt at 100 MB/s onto a
-- spare disk in 44 h, or by ten others at once in 4.4 h, from ten minutes after it failed. A loss
-- comes once in billions of years then: no run sees one. So disks fail more often while others are
-- being rebuilt, and each loss counts by how likely it really was (`bias`): the interval is that of
-- ten independent replications. What it rests on is that disks fail independently. They do not
-- where a power failure takes one machine in a hundred for good: of 500 machines it takes five. If
-- 50,000 groups lie anywhere, some group is likely to have all its copies on such five; of 166 sets
-- of three hardly any. What a group has to fear is the same: such a loss takes more then.
--
-- Off: copies=2  one more failure during a rebuild is enough
-- Off: helpers=1  ten times as long with two copies or one
-- Off: placement=random  power failures find a group that they take
-- Try: bias=false  nothing is seen in 50,000 years, which decides nothing about eleven nines
-- Answer: three.nines
local copies = param { "copies", 3, doc = "of each group" }
local helpers = param { "helpers", 10, doc = "disks that a lost one is rebuilt on" }
local bias = param { "bias", true, doc = "estimate losses that are too rare to be seen" }
local placement = param { "placement", "sets", doc = "of the groups that power failures meet" }

local function disks(name, of, need, onto)
  storage(name) {
    instances = 100 * of, copies = of, need = need, life = exponential "438000h",
    size = "16TB", bandwidth = "100MB/s", helpers = onto, after = "10min",
    bias = bias and "50%" or nil,
  }
end
disks("two", 2, 1, 10)
disks("three", copies, 1, helpers)
disks("spare", 3, 1, 1)
disks("code", 9, 6, 10) -- any six of nine: one and a half times the data, not three times

storage "power" {
  instances = 500, copies = 3, rebuild = "10h", placement = placement,
  groups = placement == "random" and 50000 or nil, outage = { every = "30d", loses = "1%" },
}
storage "anywhere" {
  instances = 500, copies = 3, rebuild = "10h", placement = "random", groups = 50000,
  outage = { every = "30d", loses = "1%" },
}

goal "three.annual_loss < 0.00000000001" -- eleven nines
goal "two.annual_loss > 0.0000001"
goal "two.annual_loss < 0.0001"
goal "spare.annual_loss > 0.00000000001"
goal "code.annual_loss < 0.000000001"
goal "power.outages.loss < 0.5%"
goal "anywhere.outages.loss > 1%"
run { duration = "18250d", replications = 10 }
