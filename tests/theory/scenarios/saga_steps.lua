-- Sagas of three steps, of which the second fails once in ten and the third once in five.
client "u" { arrivals = poisson "50/s", target = "app", keys = uniform_keys { n = 1000000 } }
service "app" { on = { transaction {
  call { "a", op = "write", compensate = "undo" }, call { "b", op = "write", compensate = "undo" },
  call { "c", op = "write", compensate = "undo" }, commit = "saga" } } }
for _, name in ipairs { "a", "b", "c" } do database(name) { write_ops = { "write", "undo" } } end
fault { error { "b", ratio = "10%" }, at = "0s" }
fault { error { "c", ratio = "20%" }, at = "0s" }
run { duration = "600s", warmup = "0s", replications = 4 }
