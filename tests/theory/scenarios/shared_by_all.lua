-- Two processors that all share, whatever the law of the work.
client "c" { arrivals = poisson "160/s", target = "s" }
service "s" { workers = 2, discipline = "ps", work = hyperexponential { mean = "10ms", cv2 = 10 } }
run { duration = "5000s", warmup = "100s", replications = 20 }
