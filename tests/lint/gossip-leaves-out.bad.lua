-- After each has told it four times, two of a hundred have not heard of it.
client "c" { arrivals = poisson "5/s", target = "p", mix = { read = "90%", write = "10%" } }
peers "p" { instances = 100, gossip = { tells = 4 } }
run { duration = "60s" }
