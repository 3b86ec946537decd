-- Two writes that belong together, of which the second one fails now and then: how often is half
-- of it there, and how often undone?
client "c" { arrivals = poisson "20/s", target = "s" }
service "s" { on = { transaction { call { "x", op = "write", compensate = "undo" },
  call { "y", op = "write", compensate = "undo" }, commit = "saga" } } }
service "t" { on = { transaction { call { "x", op = "write" }, call { "y", op = "write" },
  commit = "none" } } }
client "d" { arrivals = poisson "20/s", target = "t" }
database "x" { write = "1ms", write_ops = { "write", "undo" } }
database "y" { write = "1ms", write_ops = { "write", "undo" } }
fault { error { "y", ratio = "10%" }, at = "0s" }
run { duration = "1000s", warmup = "10s", replications = 10 }
