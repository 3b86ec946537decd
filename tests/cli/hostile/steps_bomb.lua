-- expect: steps
local steps = { sleep "1ms", sleep "1ms", sleep "1ms", sleep "1ms" }
for i = 1, 20 do
  local b = branch { p = 0.5, otherwise = steps, table.unpack(steps) }
  steps = { b, b }
end
client "c" { arrivals = poisson "1/s", target = "s" }
service "s" { on = steps }
