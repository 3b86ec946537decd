-- A flood of SYNs whose senders never answer: who still gets in, and what do SYN cookies change?
--
-- Covers B13.
-- Each SYN takes an entry in the table of half-open connections. Senders with false addresses never
-- complete the handshake, so that the server keeps each entry for 63 s: 100/s x 63 s would need
-- 6300 of 1024 entries. Erlang's formula says who finds one: 16 % of the users.
-- With cookies the entry is in the answer, and the table turns nobody away. 63 s are
-- those of Linux (five retries from 1 s on); the table and loads are assumed.
--
-- Off: flood=1/s  63 entries are enough
-- Off: cookies=false  both servers are the same
-- Answer: plain.availability
local flood = param { "flood", "100/s", doc = "SYNs of the attackers" }
local cookies = param { "cookies", true, doc = "of the server that has them" }

-- edge NAME: users and attackers of one server. What it answers to attackers goes nowhere.
local function edge(name, has_cookies)
  service(name .. "-edge") { accept = { half_open = 1024, cookies = has_cookies } }
  client(name) { arrivals = poisson "20/s", target = name .. "-edge", timeout = "500ms" }
  client(name .. "-bots") { arrivals = poisson(flood), target = name .. "-edge", timeout = "500ms" }
  path { from = name, to = name .. "-edge", latency = "10ms", transport = "tcp" }
  path { from = name .. "-bots", to = name .. "-edge", latency = "10ms", transport = "tcp",
    one_way = true }
  path { from = name .. "-edge", to = name .. "-bots", loss = "100%", one_way = true }
end

edge("plain", false)
edge("safe", cookies)

goal "plain.availability > 13%"
goal "plain.availability < 20%"
goal "safe.availability > 99.99%"

run { duration = "10min", warmup = "2min", replications = 10 }
