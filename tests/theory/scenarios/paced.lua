-- Constant arrivals at a worker whose work varies.
local law = param { "law", "h2" }
client "c" { arrivals = constant "80/s", target = "s" }
service "s" { workers = 1, work = law == "h2" and hyperexponential { mean = "10ms", cv2 = 4 }
  or uniform { "0ms", "20ms" } }
run { duration = "10000s", warmup = "100s", replications = 20 }
