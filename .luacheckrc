-- The words that a scenario may use. Everything else, io, os and require among it, is a mistake.
-- The component kinds come from the list in models/meson.build, so that a new one is known at once.

local words = {
  -- statements
  "param", "region", "path", "allow", "fault", "goal", "run", "include", "kind", "sweep",
  -- arrivals
  "poisson", "trace", "constant", "closed", "bursts", "burst", "mmpp", "profile", "geometric",
  "request", "pause",
  -- distributions
  "uniform", "exponential", "normal", "lognormal", "gamma", "erlang", "weibull", "pareto",
  "hyperexponential", "empirical", "mixture", "shifted",
  -- pools that adapt
  "aimd", "gradient",
  -- work that depends on load
  "usl", "curve",
  -- keys
  "zipf", "uniform_keys", "back", "consistent_hash",
  -- controls
  "alert", "phi", "promote", "restart", "rollout", "scale", "withdraw", "on_demand",
  -- steps
  "work", "call", "parallel", "sleep", "branch", "compress", "fail", "limit", "lock", "publish", "reply",
  "shed", "transaction", "unlock",
  -- faults
  "crash", "hang", "slow", "delay", "drop", "error", "flush", "join", "lose", "partition", "skew", "stop",
  "surge", "expire", "flap", "leak",
  -- what the sandbox leaves of Lua
  "ipairs", "math", "pairs", "select", "string", "table", "tonumber", "tostring", "type", "assert",
}

-- luacheck may be called from a subfolder and does not tell where this file lies.
local list
for _, up in ipairs { "", "../", "../../" } do
  list = list or io.open(up .. "models/meson.build")
end
list = assert(list, "models/meson.build not found"):read("*a")
for _, name in ipairs { "kinds", "composed" } do
  for kind in list:match("\n" .. name .. " = %[(.-)%]"):gmatch("'([%w_]+)'") do words[#words + 1] = kind end
end

stds.scenario = { read_globals = words }
std = "scenario"
max_line_length = 100
files["scripts"] = { std = "lua54" }
exclude_files = { "build*" }
