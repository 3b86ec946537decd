client "c" { arrivals = constant "10/s", target = "pg" }
database "pg" { read = "1ms", write = "1ms", copies = { n = 3, read = 2, write = 2 } }
fault { lose "pg[1]", at = "1s", lasts = "1s" }
