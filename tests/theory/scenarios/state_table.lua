-- A stateful firewall keeps an entry for each flow until 120 s after its end: how many are there,
-- and who is turned away by a table that is too small? Erlang's formula; measured over whole lives
-- of an entry, since those that filled the empty table leave it together.
local table = param { "table", 65536 }
client "c" { arrivals = poisson "1000/s", target = "s", timeout = "900ms" }
service "s" { accept = { most = table, lingers = "122s" } }
path { from = "c", to = "s", transport = "tcp" }
run { duration = "610s", warmup = "122s", replications = 2 }
