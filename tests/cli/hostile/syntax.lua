-- expect: near
client "c" { arrivals = = }
