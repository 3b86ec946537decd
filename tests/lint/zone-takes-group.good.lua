region "r" { zones = { "a", "b", "c" } }
storage "code" { instances = 12, copies = 6, need = 4, zone = { "a", "b", "c" },
  life = exponential "100000h", rebuild = "24h" }
run { duration = "365d" }
