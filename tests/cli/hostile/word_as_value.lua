-- expect: expected
client "c" { arrivals = work "5ms", target = call "s" }
service "s" {}
