-- Two kinds of users with work of their own at two servers that share themselves among all.
client "a" { arrivals = closed { users = 10, think = exponential "500ms" }, target = "s",
  mix = { a = 1 } }
client "b" { arrivals = closed { users = 6, think = exponential "200ms" }, target = "s",
  mix = { b = 1 } }
service "s" { workers = 1, discipline = "ps", on = {
  a = { work(exponential "20ms"), call "t" }, b = { work(exponential "30ms"), call "t" } } }
service "t" { workers = 1, discipline = "ps", on = { a = { work "40ms" }, b = { work "10ms" } } }
run { duration = "3000s", warmup = "50s", replications = 10 }
