-- expect: too many distributions
local m = mixture { { 0.5, "1ms" }, { 0.5, "2ms" } }
for i = 1, 7 do
  local parts = {}
  for k = 1, 64 do parts[k] = { 1 / 64, m } end
  m = mixture(parts)
end
client "c" { arrivals = poisson "1/s", target = "s" }
service "s" { work = m }
