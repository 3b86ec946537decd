-- A look-up in the levels of a memory: each has what is looked for with a chance of its own, and
-- only the level that answers takes time.
local levels = {
  { "L1", 0.9, "1ns" }, { "L2", 0.7, "10ns" }, { "L3", 0.6, "30ns" }, { "RAM", 0.99, "100ns" },
  { "SSD", 0.95, "100us" }, { "HDD", 1, "10ms" },
}
client "c" { arrivals = constant "100/s", target = "L1" }
for i, level in ipairs(levels) do
  local name, hit, time = table.unpack(level)
  local below = levels[i + 1] and levels[i + 1][1]
  service(name) {
    workers = "unlimited",
    on = {
      default = below and { branch { p = hit, sleep(time), otherwise = { call(below) } } } or
        { sleep(time) },
    },
  }
end
run { duration = "10000s", warmup = "0s", replications = 4 }
