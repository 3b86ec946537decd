region "r" { zones = { "a", "b" } }
storage "code" { instances = 12, copies = 6, need = 4, zone = { "a", "b" },
  life = exponential "100000h", rebuild = "24h" }
run { duration = "365d" }
