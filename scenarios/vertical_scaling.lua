-- A machine with 2 cores and 4 GB swaps: what do 8 cores and 32 GB make of its answers, and of the
-- number of users that it bears?
--
-- Covers B15.
-- Application and database run on one machine and want 4.6 GB with nothing to do, and 20 MB more
-- for each request. On the small one an eighth of all pages are on the disk, so that all work
-- takes several times as long, and what piles up meanwhile wants more memory still. The large
-- one has room for everything; ten times the users get their answers in a sixth of the time. What
-- processes and requests take of memory and of cores is assumed.
--
-- Off: swap=1  pages on the disk are as fast as those in memory: the small one has no trouble
-- Off: cpus=2  the large one has memory alone: cores are what ten times the users need
-- Off: memory=4GB  the large one has cores alone
-- Answer: large.latency.mean
local swap = param { "swap", 12, doc = "how many times as long work takes that is all on the disk" }
local cpus = param { "cpus", 8, doc = "cores of the large machine" }
local memory = param { "memory", "32GB", doc = "of the large machine" }

local function site(name, users, machine)
  client(name) {
    arrivals = closed { users = users, think = exponential "15s" }, target = name .. "-app",
  }
  machine.swap = swap
  host(name .. "-vm") (machine)
  service(name .. "-app") {
    host = name .. "-vm", workers = 256, queue = 744, memory = { base = "600MB", request = "20MB" },
    on = { work(exponential "60ms"), call(name .. "-db"), work(exponential "10ms") },
  }
  service(name .. "-db") {
    host = name .. "-vm", workers = 32, memory = { base = "4GB" }, work = exponential "25ms",
  }
end
site("small", 100, { cpus = 2, memory = "4GB" })
site("large", 1000, { cpus = cpus, memory = memory })

goal "small.latency.mean > 500ms"
goal "large.latency.mean < 200ms"
goal "large.throughput > 60/s"
goal "large-vm.swapping < 0.01"
run { duration = "20min", warmup = "2min", replications = 10 }
