-- expect: write local
service = nil
