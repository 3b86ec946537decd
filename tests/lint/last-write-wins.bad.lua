-- A write overwrites what another leader took meanwhile.
client "c" { arrivals = poisson "10/s", target = "kv", keys = uniform_keys { n = 100 },
  mix = { read = "50%", write = "50%" } }
database "kv" { copies = { n = 3, leaders = "all" } }
goal "kv.lost_updates == 0"
run { duration = "60s" }
