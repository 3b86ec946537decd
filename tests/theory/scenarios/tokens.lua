-- Sixteen users of a model who always wait for 1000 tokens: how many does it generate a second?
client "c" { arrivals = closed { users = 16 }, target = "m" }
inference "m" { prompt = 1, output = 1000, step = "10ms", per_sequence = "1ms" }
run { duration = "1000s", warmup = "100s", replications = 2 }
